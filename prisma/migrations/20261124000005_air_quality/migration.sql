-- CreateTable
CREATE TABLE "air_quality" (
    "id" TEXT NOT NULL,
    "feed_id" TEXT NOT NULL,
    "place_code" TEXT NOT NULL,
    "place_name" TEXT NOT NULL,
    "place_kind" TEXT NOT NULL,
    "averaging" TEXT NOT NULL,
    "edition" TEXT NOT NULL,
    "observed_at" TIMESTAMPTZ(3) NOT NULL,
    "original_time" TEXT NOT NULL,
    "zone" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "raw_hash" BYTEA NOT NULL,
    "pollutants" JSONB NOT NULL,
    "aqi" INTEGER,
    "primary_pollutants" TEXT[],
    "source_aqi" DOUBLE PRECISION,
    "source_category" TEXT,
    "source_primary" TEXT,
    "differences" TEXT[],
    "lon" DOUBLE PRECISION,
    "lat" DOUBLE PRECISION,
    "original_lon" DOUBLE PRECISION,
    "original_lat" DOUBLE PRECISION,
    "original_crs" TEXT,
    "division_code" TEXT,
    "status" TEXT NOT NULL,
    "revision" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "air_quality_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "air_quality_observed_at_id_idx" ON "air_quality"("observed_at" DESC, "id");

-- CreateIndex
CREATE INDEX "air_quality_feed_id_place_code_averaging_observed_at_idx" ON "air_quality"("feed_id", "place_code", "averaging", "observed_at" DESC);

-- AddForeignKey
ALTER TABLE "air_quality" ADD CONSTRAINT "air_quality_feed_id_fkey" FOREIGN KEY ("feed_id") REFERENCES "feed"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
