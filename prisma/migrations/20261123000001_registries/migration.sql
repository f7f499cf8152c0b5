-- CreateTable
CREATE TABLE "department" (
    "code" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "name_en" TEXT NOT NULL,
    "name_zh" TEXT NOT NULL,

    CONSTRAINT "department_pkey" PRIMARY KEY ("code")
);

-- CreateTable
CREATE TABLE "feed" (
    "id" TEXT NOT NULL,
    "department_code" TEXT NOT NULL,
    "title_en" TEXT NOT NULL,
    "title_zh" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'ACTUAL',
    "freshness" TEXT NOT NULL,
    "disabled" BOOLEAN NOT NULL DEFAULT false,
    "configured" BOOLEAN NOT NULL DEFAULT true,
    "link" TEXT NOT NULL DEFAULT 'STARTING',
    "link_reason" TEXT,
    "announced_state" TEXT NOT NULL DEFAULT 'DOWN',
    "expected_every_seconds" DOUBLE PRECISION NOT NULL,
    "last_received_at" TIMESTAMPTZ(3),
    "last_observed_at" TIMESTAMPTZ(3),
    "received_count" BIGINT NOT NULL DEFAULT 0,
    "rejected_count" BIGINT NOT NULL DEFAULT 0,
    "watermark" TEXT,

    CONSTRAINT "feed_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "division" (
    "code" TEXT NOT NULL,
    "name_zh" TEXT NOT NULL,
    "name_en" TEXT,
    "parent_code" TEXT,
    "level" TEXT NOT NULL,
    "valid_from" DATE NOT NULL,
    "valid_to" DATE,
    "boundary" JSONB,
    "source" TEXT NOT NULL,

    CONSTRAINT "division_pkey" PRIMARY KEY ("code")
);

-- CreateTable
CREATE TABLE "division_alias" (
    "alias" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "valid_from" DATE,
    "valid_to" DATE,
    "note" TEXT NOT NULL,

    CONSTRAINT "division_alias_pkey" PRIMARY KEY ("alias","code")
);

-- CreateTable
CREATE TABLE "station" (
    "id" TEXT NOT NULL,
    "feed_id" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "station_type" TEXT,
    "lon" DOUBLE PRECISION,
    "lat" DOUBLE PRECISION,
    "original_lon" DOUBLE PRECISION,
    "original_lat" DOUBLE PRECISION,
    "original_crs" TEXT,
    "division_code" TEXT,
    "source_division" TEXT,
    "raw_hash" BYTEA NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "station_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "datastream" (
    "id" TEXT NOT NULL,
    "key" BIGSERIAL NOT NULL,
    "station_id" TEXT NOT NULL,
    "property" TEXT NOT NULL,
    "sensor" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "datastream_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "threshold" (
    "station_id" TEXT NOT NULL,
    "property" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "season_from" TEXT NOT NULL DEFAULT '',
    "season_to" TEXT NOT NULL DEFAULT '',
    "value" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "threshold_pkey" PRIMARY KEY ("station_id","property","name","season_from")
);

-- CreateTable
CREATE TABLE "warning" (
    "identifier" TEXT NOT NULL,
    "department_code" TEXT NOT NULL,
    "feed_id" TEXT,
    "hazard_code" TEXT NOT NULL,
    "level" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "issued_at" TIMESTAMPTZ(3) NOT NULL,
    "effective_at" TIMESTAMPTZ(3),
    "onset_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "cancelled_at" TIMESTAMPTZ(3),
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "division_codes" TEXT[],
    "area" JSONB,
    "revision" INTEGER NOT NULL DEFAULT 0,
    "superseded_by" TEXT,

    CONSTRAINT "warning_pkey" PRIMARY KEY ("identifier")
);

-- CreateTable
CREATE TABLE "warning_text" (
    "identifier" TEXT NOT NULL,
    "language" TEXT NOT NULL,
    "hazard" TEXT NOT NULL,
    "sender_name" TEXT NOT NULL,
    "headline" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "instruction" TEXT,

    CONSTRAINT "warning_text_pkey" PRIMARY KEY ("identifier","language")
);

-- CreateTable
CREATE TABLE "warning_source" (
    "identifier" TEXT NOT NULL,
    "feed_id" TEXT NOT NULL,
    "format" TEXT NOT NULL,
    "message_type" TEXT NOT NULL,
    "sent_at" TIMESTAMPTZ(3) NOT NULL,
    "original_time" TEXT NOT NULL,
    "zone" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "raw_hash" BYTEA NOT NULL,
    "record" JSONB NOT NULL,
    "warning_id" TEXT,

    CONSTRAINT "warning_source_pkey" PRIMARY KEY ("identifier","feed_id","format")
);

-- CreateTable
CREATE TABLE "warning_reference" (
    "from_identifier" TEXT NOT NULL,
    "to_identifier" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "sent_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "warning_reference_pkey" PRIMARY KEY ("from_identifier","to_identifier")
);

-- CreateTable
CREATE TABLE "fire_hotspot" (
    "id" TEXT NOT NULL,
    "feed_id" TEXT NOT NULL,
    "observed_at" TIMESTAMPTZ(3) NOT NULL,
    "original_time" TEXT NOT NULL,
    "zone" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "raw_hash" BYTEA NOT NULL,
    "lon" DOUBLE PRECISION NOT NULL,
    "lat" DOUBLE PRECISION NOT NULL,
    "original_lon" DOUBLE PRECISION NOT NULL,
    "original_lat" DOUBLE PRECISION NOT NULL,
    "original_crs" TEXT NOT NULL,
    "division_code" TEXT,
    "satellite" TEXT NOT NULL,
    "instrument" TEXT NOT NULL,
    "confidence" TEXT NOT NULL,
    "confidence_percent" DOUBLE PRECISION,
    "brightness_kelvin" DOUBLE PRECISION,
    "radiative_power_megawatts" DOUBLE PRECISION,
    "daytime" BOOLEAN,
    "status" TEXT NOT NULL,
    "revision" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "fire_hotspot_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "fire_alarm" (
    "id" TEXT NOT NULL,
    "feed_id" TEXT NOT NULL,
    "device_id" TEXT NOT NULL,
    "observed_at" TIMESTAMPTZ(3) NOT NULL,
    "original_time" TEXT NOT NULL,
    "zone" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "raw_hash" BYTEA NOT NULL,
    "type" TEXT NOT NULL,
    "priority" INTEGER,
    "description" TEXT NOT NULL,
    "lon" DOUBLE PRECISION,
    "lat" DOUBLE PRECISION,
    "original_lon" DOUBLE PRECISION,
    "original_lat" DOUBLE PRECISION,
    "original_crs" TEXT,
    "division_code" TEXT,
    "status" TEXT NOT NULL,
    "revision" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "fire_alarm_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "department_slug_key" ON "department"("slug");

-- CreateIndex
CREATE INDEX "division_parent_code_idx" ON "division"("parent_code");

-- CreateIndex
CREATE INDEX "station_division_code_idx" ON "station"("division_code");

-- CreateIndex
CREATE UNIQUE INDEX "station_feed_id_code_key" ON "station"("feed_id", "code");

-- CreateIndex
CREATE UNIQUE INDEX "datastream_key_key" ON "datastream"("key");

-- CreateIndex
CREATE UNIQUE INDEX "datastream_station_id_property_sensor_key" ON "datastream"("station_id", "property", "sensor");

-- CreateIndex
CREATE INDEX "warning_state_expires_at_idx" ON "warning"("state", "expires_at");

-- CreateIndex
CREATE INDEX "warning_issued_at_identifier_idx" ON "warning"("issued_at" DESC, "identifier");

-- CreateIndex
CREATE INDEX "warning_superseded_by_idx" ON "warning"("superseded_by");

-- CreateIndex
CREATE INDEX "warning_reference_to_identifier_idx" ON "warning_reference"("to_identifier");

-- CreateIndex
CREATE INDEX "fire_hotspot_observed_at_id_idx" ON "fire_hotspot"("observed_at" DESC, "id");

-- CreateIndex
CREATE INDEX "fire_alarm_observed_at_id_idx" ON "fire_alarm"("observed_at" DESC, "id");

-- AddForeignKey
ALTER TABLE "feed" ADD CONSTRAINT "feed_department_code_fkey" FOREIGN KEY ("department_code") REFERENCES "department"("code") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "division" ADD CONSTRAINT "division_parent_code_fkey" FOREIGN KEY ("parent_code") REFERENCES "division"("code") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "division_alias" ADD CONSTRAINT "division_alias_code_fkey" FOREIGN KEY ("code") REFERENCES "division"("code") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "station" ADD CONSTRAINT "station_feed_id_fkey" FOREIGN KEY ("feed_id") REFERENCES "feed"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "datastream" ADD CONSTRAINT "datastream_station_id_fkey" FOREIGN KEY ("station_id") REFERENCES "station"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "threshold" ADD CONSTRAINT "threshold_station_id_fkey" FOREIGN KEY ("station_id") REFERENCES "station"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "warning_text" ADD CONSTRAINT "warning_text_identifier_fkey" FOREIGN KEY ("identifier") REFERENCES "warning"("identifier") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "warning_source" ADD CONSTRAINT "warning_source_feed_id_fkey" FOREIGN KEY ("feed_id") REFERENCES "feed"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "warning_source" ADD CONSTRAINT "warning_source_warning_id_fkey" FOREIGN KEY ("warning_id") REFERENCES "warning"("identifier") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "fire_hotspot" ADD CONSTRAINT "fire_hotspot_feed_id_fkey" FOREIGN KEY ("feed_id") REFERENCES "feed"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "fire_alarm" ADD CONSTRAINT "fire_alarm_feed_id_fkey" FOREIGN KEY ("feed_id") REFERENCES "feed"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
