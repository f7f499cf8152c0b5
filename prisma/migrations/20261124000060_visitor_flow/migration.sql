-- CreateTable
CREATE TABLE "visitor_flow" (
    "id" TEXT NOT NULL,
    "feed_id" TEXT NOT NULL,
    "area_code" TEXT NOT NULL,
    "area_name" TEXT NOT NULL,
    "observed_at" TIMESTAMPTZ(3) NOT NULL,
    "original_time" TEXT NOT NULL,
    "zone" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "raw_hash" BYTEA NOT NULL,
    "in_park" INTEGER NOT NULL,
    "entered_today" INTEGER,
    "capacity" INTEGER,
    "daily_capacity" INTEGER,
    "comfort" TEXT,
    "source_comfort" TEXT,
    "weather" TEXT,
    "parking_places" INTEGER,
    "parking_free" INTEGER,
    "lon" DOUBLE PRECISION,
    "lat" DOUBLE PRECISION,
    "original_lon" DOUBLE PRECISION,
    "original_lat" DOUBLE PRECISION,
    "original_crs" TEXT,
    "division_code" TEXT,
    "status" TEXT NOT NULL,
    "revision" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "visitor_flow_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "visitor_flow_observed_at_id_idx" ON "visitor_flow"("observed_at" DESC, "id");

-- CreateIndex
CREATE INDEX "visitor_flow_area_code_observed_at_idx" ON "visitor_flow"("area_code", "observed_at" DESC);

-- AddForeignKey
ALTER TABLE "visitor_flow" ADD CONSTRAINT "visitor_flow_feed_id_fkey" FOREIGN KEY ("feed_id") REFERENCES "feed"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
