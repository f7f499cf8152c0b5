-- AlterTable
ALTER TABLE "datastream" ADD COLUMN "medium" TEXT;

-- AlterTable
ALTER TABLE "threshold" DROP CONSTRAINT "threshold_pkey",
ADD COLUMN "sensor" TEXT NOT NULL DEFAULT '',
ADD CONSTRAINT "threshold_pkey" PRIMARY KEY ("station_id", "property", "sensor", "name", "season_from");
