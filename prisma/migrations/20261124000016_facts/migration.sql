-- CreateTable
CREATE TABLE "fact" (
    "id" BIGSERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "head_id" TEXT NOT NULL,
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "fact_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "fact_report" (
    "report_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "fact_id" BIGINT NOT NULL,
    "source" TEXT,
    "key" TEXT,
    "precedence" INTEGER NOT NULL,
    "version" TIMESTAMPTZ(3) NOT NULL,
    "observed_at" TIMESTAMPTZ(3) NOT NULL,
    "lon" DOUBLE PRECISION,
    "lat" DOUBLE PRECISION,
    "by_hand" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "fact_report_pkey" PRIMARY KEY ("report_id")
);

-- CreateTable
CREATE TABLE "report_history" (
    "report_id" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "content" JSONB NOT NULL,

    CONSTRAINT "report_history_pkey" PRIMARY KEY ("report_id","revision")
);

-- CreateTable
CREATE TABLE "earthquake_report" (
    "id" TEXT NOT NULL,
    "feed_id" TEXT NOT NULL,
    "observed_at" TIMESTAMPTZ(3) NOT NULL,
    "original_time" TEXT NOT NULL,
    "zone" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "raw_hash" BYTEA NOT NULL,
    "catalogue" TEXT NOT NULL,
    "depth_km" DOUBLE PRECISION,
    "magnitude" DOUBLE PRECISION,
    "magnitude_type" TEXT,
    "place" TEXT NOT NULL,
    "review" TEXT NOT NULL,
    "event_type" TEXT,
    "withdrawn" BOOLEAN NOT NULL,
    "source_updated_at" TIMESTAMPTZ(3),
    "lon" DOUBLE PRECISION,
    "lat" DOUBLE PRECISION,
    "original_lon" DOUBLE PRECISION,
    "original_lat" DOUBLE PRECISION,
    "original_crs" TEXT,
    "division_code" TEXT,
    "status" TEXT NOT NULL,
    "revision" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "earthquake_report_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "fact_kind_last_at_idx" ON "fact"("kind", "last_at" DESC);

-- CreateIndex
CREATE INDEX "fact_report_kind_observed_at_idx" ON "fact_report"("kind", "observed_at");

-- CreateIndex
CREATE INDEX "fact_report_fact_id_idx" ON "fact_report"("fact_id");

-- CreateIndex
CREATE INDEX "earthquake_report_observed_at_id_idx" ON "earthquake_report"("observed_at" DESC, "id");

-- AddForeignKey
ALTER TABLE "fact_report" ADD CONSTRAINT "fact_report_fact_id_fkey" FOREIGN KEY ("fact_id") REFERENCES "fact"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "earthquake_report" ADD CONSTRAINT "earthquake_report_feed_id_fkey" FOREIGN KEY ("feed_id") REFERENCES "feed"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
