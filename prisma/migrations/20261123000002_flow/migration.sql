-- The hot tables, unknown to Prisma: observations, their latest values, the reject ledger and the log.

-- One row per datastream and moment. Daily partitions, named observation_YYYYMMDD, are made by prisma/store/partitions.ts.
CREATE TABLE observation (
  datastream_key bigint NOT NULL,
  observed_at timestamptz(3) NOT NULL,
  value double precision,
  quality text NOT NULL,
  received_at timestamptz(3) NOT NULL,
  source_id text NOT NULL,
  original_time text NOT NULL,
  zone text NOT NULL,
  raw_hash bytea NOT NULL,
  -- 0 as first received; one more each time the source sent another value for the same moment
  revision integer NOT NULL DEFAULT 0,
  PRIMARY KEY (datastream_key, observed_at)
) PARTITION BY RANGE (observed_at);

-- The newest observation of each datastream; a late one never replaces it.
CREATE TABLE observation_latest (
  datastream_key bigint PRIMARY KEY,
  observed_at timestamptz(3) NOT NULL,
  value double precision,
  quality text NOT NULL,
  received_at timestamptz(3) NOT NULL,
  original_time text NOT NULL,
  zone text NOT NULL,
  revision integer NOT NULL
) WITH (fillfactor = 70);

-- What could not be taken in. The same piece for the same reason is one row, counted.
CREATE TABLE rejection (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  feed_id text NOT NULL REFERENCES feed (id),
  reason text NOT NULL,
  detail text NOT NULL,
  raw bytea NOT NULL,
  raw_size integer NOT NULL,
  raw_hash bytea NOT NULL,
  seen integer NOT NULL DEFAULT 1,
  received_at timestamptz(3) NOT NULL,
  last_seen_at timestamptz(3) NOT NULL,
  UNIQUE (feed_id, raw_hash, reason)
);
CREATE INDEX rejection_by_feed ON rejection (feed_id, id DESC);

-- The append-only log. Updating the head row takes the next positions and serialises appends until commit,
-- so positions have no gaps and commit in order: a reader of "position > n" can skip nothing.
CREATE TABLE log_head (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  epoch text NOT NULL,
  position bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
INSERT INTO log_head (epoch) VALUES (substr(md5(random()::text || clock_timestamp()::text), 1, 12));

CREATE TABLE log_entry (
  position bigint PRIMARY KEY,
  topic text NOT NULL,
  -- what the entry is about within its topic: a warning's identifier, a feed's id
  key text NOT NULL,
  at timestamptz(3) NOT NULL,
  payload jsonb NOT NULL
);
CREATE INDEX log_entry_by_topic ON log_entry (topic, position);

-- Entries of a topic up to here have been dropped by retention: older cursors are expired.
CREATE TABLE log_floor (
  topic text PRIMARY KEY,
  position bigint NOT NULL
);

-- Deleting or changing what the log says is a defect, except for retention, which says so.
CREATE FUNCTION log_entry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_setting('fenghuo.retention', true) = 'on' THEN RETURN OLD; END IF;
  RAISE EXCEPTION 'log_entry is append-only';
END
$$;
CREATE TRIGGER log_entry_append_only BEFORE UPDATE OR DELETE ON log_entry
  FOR EACH ROW EXECUTE FUNCTION log_entry_is_append_only();
