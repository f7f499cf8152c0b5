-- CreateTable
CREATE TABLE "register_entry" (
    "id" TEXT NOT NULL,
    "feed_id" TEXT NOT NULL,
    "noun" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "lon" DOUBLE PRECISION,
    "lat" DOUBLE PRECISION,
    "original_lon" DOUBLE PRECISION,
    "original_lat" DOUBLE PRECISION,
    "original_crs" TEXT,
    "division_code" TEXT,
    "fields" JSONB NOT NULL,
    "status" TEXT NOT NULL,
    "revision" INTEGER NOT NULL DEFAULT 0,
    "raw_hash" BYTEA NOT NULL,
    "by_hand" BOOLEAN NOT NULL DEFAULT false,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "retired_at" TIMESTAMPTZ(3),

    CONSTRAINT "register_entry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "register_history" (
    "entry_id" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "lon" DOUBLE PRECISION,
    "lat" DOUBLE PRECISION,
    "original_lon" DOUBLE PRECISION,
    "original_lat" DOUBLE PRECISION,
    "original_crs" TEXT,
    "division_code" TEXT,
    "fields" JSONB NOT NULL,
    "status" TEXT NOT NULL,
    "by_hand" BOOLEAN NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "retired_at" TIMESTAMPTZ(3),

    CONSTRAINT "register_history_pkey" PRIMARY KEY ("entry_id","revision")
);

-- CreateIndex
CREATE INDEX "register_entry_noun_id_idx" ON "register_entry"("noun", "id");

-- CreateIndex
CREATE INDEX "register_entry_noun_code_idx" ON "register_entry"("noun", "code");

-- CreateIndex
CREATE INDEX "register_entry_noun_lon_lat_idx" ON "register_entry"("noun", "lon", "lat");

-- CreateIndex
CREATE INDEX "register_entry_fields_idx" ON "register_entry" USING GIN ("fields" jsonb_path_ops);

-- AddForeignKey
ALTER TABLE "register_entry" ADD CONSTRAINT "register_entry_feed_id_fkey" FOREIGN KEY ("feed_id") REFERENCES "feed"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "register_history" ADD CONSTRAINT "register_history_entry_id_fkey" FOREIGN KEY ("entry_id") REFERENCES "register_entry"("id") ON DELETE CASCADE ON UPDATE CASCADE;
