-- CreateTable
CREATE TABLE "warning_release" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "department_code" TEXT NOT NULL,
    "warning_id" TEXT NOT NULL,
    "replaces" TEXT,
    "reason" TEXT,
    "state" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "required" TEXT[],
    "submitted_at" TIMESTAMPTZ(3),
    "review_due_at" TIMESTAMPTZ(3),
    "reviewed_at" TIMESTAMPTZ(3),

    CONSTRAINT "warning_release_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "warning_release_step" (
    "release_id" TEXT NOT NULL,
    "serial" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "principal_id" TEXT NOT NULL,
    "principal_name" TEXT NOT NULL,
    "principal_department" TEXT,
    "approvals" TEXT[],
    "at" TIMESTAMPTZ(3) NOT NULL,
    "note" TEXT,
    "verdict" TEXT,
    "missing" TEXT[],
    "idempotency_key" TEXT NOT NULL,
    "input_hash" BYTEA NOT NULL,

    CONSTRAINT "warning_release_step_pkey" PRIMARY KEY ("release_id","serial")
);

-- CreateIndex
CREATE INDEX "warning_release_warning_id_idx" ON "warning_release"("warning_id");

-- CreateIndex
CREATE INDEX "warning_release_state_submitted_at_id_idx" ON "warning_release"("state", "submitted_at", "id");

-- CreateIndex
CREATE INDEX "warning_release_review_due_at_id_idx" ON "warning_release"("review_due_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "warning_release_step_principal_id_idempotency_key_key" ON "warning_release_step"("principal_id", "idempotency_key");

-- AddForeignKey
ALTER TABLE "warning_release_step" ADD CONSTRAINT "warning_release_step_release_id_fkey" FOREIGN KEY ("release_id") REFERENCES "warning_release"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Also the hub itself changes no step: what was done stays provable.
CREATE FUNCTION warning_release_step_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'steps of a release are never changed';
END $$;
CREATE TRIGGER warning_release_step_stays BEFORE UPDATE OR DELETE ON "warning_release_step"
  FOR EACH ROW EXECUTE FUNCTION warning_release_step_stays();
