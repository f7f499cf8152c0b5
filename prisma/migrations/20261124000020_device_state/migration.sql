-- CreateTable
CREATE TABLE "device_state" (
    "id" TEXT NOT NULL,
    "feed_id" TEXT NOT NULL,
    "station_id" TEXT NOT NULL,
    "device" TEXT NOT NULL,
    "aspect" TEXT NOT NULL,
    "condition" TEXT NOT NULL,
    "run_hours" DOUBLE PRECISION,
    "source_text" TEXT NOT NULL,
    "observed_at" TIMESTAMPTZ(3) NOT NULL,
    "confirmed_at" TIMESTAMPTZ(3) NOT NULL,
    "original_time" TEXT NOT NULL,
    "zone" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "raw_hash" BYTEA NOT NULL,
    "lon" DOUBLE PRECISION,
    "lat" DOUBLE PRECISION,
    "original_lon" DOUBLE PRECISION,
    "original_lat" DOUBLE PRECISION,
    "original_crs" TEXT,
    "division_code" TEXT,
    "status" TEXT NOT NULL,
    "revision" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "device_state_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "device_state_observed_at_id_idx" ON "device_state"("observed_at" DESC, "id");

-- CreateIndex
CREATE INDEX "device_state_station_id_device_aspect_observed_at_idx" ON "device_state"("station_id", "device", "aspect", "observed_at" DESC);

-- AddForeignKey
ALTER TABLE "device_state" ADD CONSTRAINT "device_state_feed_id_fkey" FOREIGN KEY ("feed_id") REFERENCES "feed"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "device_state" ADD CONSTRAINT "device_state_station_id_fkey" FOREIGN KEY ("station_id") REFERENCES "station"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
