-- The audit: who asked and did what. Unknown to Prisma; docs/audit.md has the format that the hashes cover.

-- The end of the chain. Its row is locked by whoever appends, so rows follow each other in the order of their commits.
CREATE TABLE audit_head (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  position bigint NOT NULL DEFAULT 0,
  hash bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex'),
  -- the day that is being written, its first row, and the hash before that
  day date,
  first bigint NOT NULL DEFAULT 1,
  opening bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex')
) WITH (fillfactor = 50);
INSERT INTO audit_head DEFAULT VALUES;

CREATE TABLE audit_entry (
  position bigint PRIMARY KEY,
  -- the calendar day in Asia/Shanghai on which it was written
  day date NOT NULL,
  at timestamptz(3) NOT NULL,
  kind text NOT NULL,
  principal text NOT NULL,
  principal_kind text NOT NULL,
  principal_name text NOT NULL,
  department text,
  roles text[] NOT NULL,
  operation text,
  -- SHA-256 of the operation's text
  document text,
  root_fields text[] NOT NULL,
  -- as they were hashed, to the letter
  variables json,
  grants text[] NOT NULL,
  feeds text[] NOT NULL,
  -- departments whose feeds are among these
  owners text[] NOT NULL,
  result text NOT NULL,
  outcome text,
  row_count integer NOT NULL,
  -- how many like operations the row stands for
  times integer NOT NULL,
  request_id text,
  address text,
  milliseconds integer NOT NULL,
  previous bytea NOT NULL,
  hash bytea NOT NULL
);
CREATE INDEX audit_entry_by_principal ON audit_entry (principal, position);
CREATE INDEX audit_entry_by_owner ON audit_entry USING gin (owners) WHERE owners <> '{}';

-- Days that are over: the first and last row, the hashes before the one and of the other, signed. Kept for good.
CREATE TABLE audit_day (
  day date PRIMARY KEY,
  first bigint NOT NULL,
  last bigint NOT NULL,
  previous bytea NOT NULL,
  head bytea NOT NULL,
  signed_at timestamptz(3) NOT NULL,
  key text NOT NULL,
  signature bytea NOT NULL
);

-- The keys that have signed, by the beginning of their own hash.
CREATE TABLE audit_key (
  key text PRIMARY KEY,
  pem text NOT NULL
);

-- Rows up to here have been dropped by retention, by whole days.
CREATE TABLE audit_floor (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  position bigint NOT NULL DEFAULT 0
);
INSERT INTO audit_floor DEFAULT VALUES;

-- Nothing is changed or removed, except by retention, which says so, and by it nothing of the last 180 days.
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'audit_entry' AND current_setting('fenghuo.retention', true) = 'on' THEN
    IF OLD.day <= (SELECT day FROM audit_head) - 180 THEN RETURN OLD; END IF;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END
$$;
CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_entry
  FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_entry_not_emptied BEFORE TRUNCATE ON audit_entry
  FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_day_append_only BEFORE UPDATE OR DELETE ON audit_day
  FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_day_not_emptied BEFORE TRUNCATE ON audit_day
  FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_key_append_only BEFORE UPDATE OR DELETE ON audit_key
  FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();

-- The head only goes on.
CREATE FUNCTION audit_head_only_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.position > OLD.position THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'audit_head only goes on';
END
$$;
CREATE TRIGGER audit_head_goes_on BEFORE UPDATE OR DELETE ON audit_head
  FOR EACH ROW EXECUTE FUNCTION audit_head_only_goes_on();
