-- The whole inputs that rejected pieces were read from, kept so that they can be read again after a correction.
CREATE TABLE rejected_input (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  feed_id text NOT NULL REFERENCES feed (id),
  bytes bytea NOT NULL,
  hash bytea NOT NULL,
  received_at timestamptz(3) NOT NULL,
  UNIQUE (feed_id, hash)
);

ALTER TABLE rejection ADD COLUMN input_id bigint REFERENCES rejected_input (id) ON DELETE SET NULL;
CREATE INDEX rejection_by_input ON rejection (input_id) WHERE input_id IS NOT NULL;

-- What the monthly quality sheet is summed from. Days are Beijing days.
CREATE TABLE feed_day (
  feed_id text NOT NULL REFERENCES feed (id),
  day date NOT NULL,
  received bigint NOT NULL DEFAULT 0,
  corrected bigint NOT NULL DEFAULT 0,
  late bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (feed_id, day)
) WITH (fillfactor = 70);

CREATE TABLE feed_day_rejection (
  feed_id text NOT NULL REFERENCES feed (id),
  day date NOT NULL,
  reason text NOT NULL,
  rejected bigint NOT NULL DEFAULT 0,
  repaired bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (feed_id, day, reason)
) WITH (fillfactor = 70);

-- A time in which a feed was not LIVE; open while it lasts. One at most is open a feed.
CREATE TABLE feed_gap (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  feed_id text NOT NULL REFERENCES feed (id),
  from_at timestamptz(3) NOT NULL,
  to_at timestamptz(3),
  state text NOT NULL,
  reason text
);
CREATE INDEX feed_gap_by_feed ON feed_gap (feed_id, from_at);
CREATE UNIQUE INDEX feed_gap_open ON feed_gap (feed_id) WHERE to_at IS NULL;
