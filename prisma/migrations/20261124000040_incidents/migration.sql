-- CreateTable
CREATE TABLE "incident" (
    "id" TEXT NOT NULL,
    "feed_id" TEXT NOT NULL,
    "number" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "description" TEXT,
    "address" TEXT,
    "class_code" TEXT,
    "level" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "source_state" TEXT,
    "source_type" TEXT,
    "unit_code" TEXT,
    "dispatch_number" TEXT,
    "feedback_number" TEXT,
    "changed_at" TIMESTAMPTZ(3) NOT NULL,
    "observed_at" TIMESTAMPTZ(3) NOT NULL,
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

    CONSTRAINT "incident_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "incident_revision" (
    "incident_id" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "title" TEXT NOT NULL,
    "description" TEXT,
    "address" TEXT,
    "class_code" TEXT,
    "level" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "source_state" TEXT,
    "lon" DOUBLE PRECISION,
    "lat" DOUBLE PRECISION,
    "changed_at" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "incident_revision_pkey" PRIMARY KEY ("incident_id","revision")
);

-- CreateIndex
CREATE INDEX "incident_observed_at_id_idx" ON "incident"("observed_at" DESC, "id" DESC);

-- AddForeignKey
ALTER TABLE "incident" ADD CONSTRAINT "incident_feed_id_fkey" FOREIGN KEY ("feed_id") REFERENCES "feed"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "incident_revision" ADD CONSTRAINT "incident_revision_incident_id_fkey" FOREIGN KEY ("incident_id") REFERENCES "incident"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
