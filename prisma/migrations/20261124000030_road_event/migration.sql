-- CreateTable
CREATE TABLE "road_event" (
    "id" TEXT NOT NULL,
    "feed_id" TEXT NOT NULL,
    "observed_at" TIMESTAMPTZ(3) NOT NULL,
    "original_time" TEXT NOT NULL,
    "zone" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "raw_hash" BYTEA NOT NULL,
    "event_kind" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "cause" TEXT NOT NULL,
    "cause_text" TEXT,
    "road_code" TEXT,
    "section" TEXT NOT NULL,
    "direction" TEXT,
    "start_stake" TEXT,
    "end_stake" TEXT,
    "start_stake_metres" DOUBLE PRECISION,
    "end_stake_metres" DOUBLE PRECISION,
    "impact" TEXT,
    "measures" TEXT,
    "description" TEXT,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "expected_end_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "managing_unit" TEXT,
    "reporting_unit" TEXT,
    "prepared_by" TEXT,
    "reviewed_by" TEXT,
    "placed_by" TEXT NOT NULL,
    "place_note" TEXT,
    "geometry" JSONB,
    "west" DOUBLE PRECISION,
    "south" DOUBLE PRECISION,
    "east" DOUBLE PRECISION,
    "north" DOUBLE PRECISION,
    "lon" DOUBLE PRECISION,
    "lat" DOUBLE PRECISION,
    "original_lon" DOUBLE PRECISION,
    "original_lat" DOUBLE PRECISION,
    "original_crs" TEXT,
    "division_code" TEXT,
    "status" TEXT NOT NULL,
    "revision" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "road_event_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "road_event_observed_at_id_idx" ON "road_event"("observed_at" DESC, "id");

-- CreateIndex
CREATE INDEX "road_event_feed_id_ended_at_idx" ON "road_event"("feed_id", "ended_at");

-- AddForeignKey
ALTER TABLE "road_event" ADD CONSTRAINT "road_event_feed_id_fkey" FOREIGN KEY ("feed_id") REFERENCES "feed"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
