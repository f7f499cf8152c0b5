-- AlterTable
ALTER TABLE "incident" ADD COLUMN     "controlled_at" TIMESTAMPTZ(3),
ADD COLUMN     "known_at" TIMESTAMPTZ(3),
ADD COLUMN     "last_report_at" TIMESTAMPTZ(3),
ADD COLUMN     "last_report_kind" TEXT,
ADD COLUMN     "report_count" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "report_due_at" TIMESTAMPTZ(3),
ADD COLUMN     "report_due_kind" TEXT,
ADD COLUMN     "report_due_medium" TEXT,
ADD COLUMN     "written_report_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "incident_report" (
    "id" TEXT NOT NULL,
    "incident_id" TEXT NOT NULL,
    "feed_id" TEXT NOT NULL,
    "serial" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "medium" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "casualties" JSONB NOT NULL,
    "loss_yuan" DOUBLE PRECISION,
    "measures" TEXT,
    "unit" TEXT NOT NULL,
    "contact_name" TEXT,
    "contact_phone" TEXT,
    "level" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "reopen_reason" TEXT,
    "filed_at" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3),
    "idempotency_key" TEXT NOT NULL,
    "input_hash" BYTEA NOT NULL,
    "status" TEXT NOT NULL,

    CONSTRAINT "incident_report_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "incident_report_incident_id_serial_key" ON "incident_report"("incident_id", "serial");

-- CreateIndex
CREATE UNIQUE INDEX "incident_report_feed_id_idempotency_key_key" ON "incident_report"("feed_id", "idempotency_key");

-- CreateIndex
CREATE INDEX "incident_report_due_at_idx" ON "incident"("report_due_at");

-- AddForeignKey
ALTER TABLE "incident_report" ADD CONSTRAINT "incident_report_incident_id_fkey" FOREIGN KEY ("incident_id") REFERENCES "incident"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "incident_report" ADD CONSTRAINT "incident_report_feed_id_fkey" FOREIGN KEY ("feed_id") REFERENCES "feed"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
