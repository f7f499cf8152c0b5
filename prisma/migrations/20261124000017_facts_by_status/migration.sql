-- AlterTable
ALTER TABLE "fact_report" ADD COLUMN "status" TEXT NOT NULL DEFAULT 'ACTUAL';
UPDATE "fact_report" r SET "status" = e."status" FROM "earthquake_report" e WHERE e."id" = r."report_id";
ALTER TABLE "fact_report" ALTER COLUMN "status" DROP DEFAULT;
