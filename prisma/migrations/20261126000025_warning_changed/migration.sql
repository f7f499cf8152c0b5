-- When a warning last changed, whoever wrote it: what is published says so, and readers ask whether anything is newer.
ALTER TABLE "warning" ADD COLUMN "changed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;
UPDATE "warning" SET "changed_at" = greatest("received_at", "cancelled_at");
CREATE INDEX "warning_state_changed_at_idx" ON "warning"("state", "changed_at");

-- Each change at least a whole second after the one before: HTTP dates hold no parts of seconds.
CREATE FUNCTION warning_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.changed_at := CASE TG_OP WHEN 'INSERT' THEN clock_timestamp()
    ELSE greatest(clock_timestamp(), OLD.changed_at + interval '1 second') END;
  RETURN NEW;
END
$$;
CREATE TRIGGER warning_written BEFORE INSERT OR UPDATE OF department_code, hazard_code, level, status, issued_at, effective_at, onset_at,
  expires_at, cancelled_at, division_codes, area, revision, superseded_by ON "warning" FOR EACH ROW EXECUTE FUNCTION warning_changed();
-- That its time has run out changes nothing of what was said.
CREATE TRIGGER warning_moved BEFORE UPDATE OF state ON "warning" FOR EACH ROW
  WHEN (NOT (OLD.state = 'ACTIVE' AND NEW.state = 'EXPIRED')) EXECUTE FUNCTION warning_changed();
