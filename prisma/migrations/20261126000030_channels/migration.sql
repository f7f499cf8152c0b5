-- Warnings on their way out, unknown to Prisma: how far each channel has come in the log, what it sends to whom, and what came of it.

-- How far a channel has read the log; moved in the transaction that writes what it will send.
CREATE TABLE warning_channel (
  name text PRIMARY KEY,
  epoch text NOT NULL,
  position bigint NOT NULL,
  -- The address that said "never again"; the channel rests until its settings name another.
  off_address text,
  off_reason text,
  off_at timestamptz(3)
);

-- One change of a warning that a channel passes on, as it stood then.
CREATE TABLE warning_dispatch (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  channel text NOT NULL,
  identifier text NOT NULL,
  kind text NOT NULL,
  epoch text NOT NULL,
  position bigint NOT NULL,
  at timestamptz(3) NOT NULL,
  -- Not sent any more from then on.
  until timestamptz(3) NOT NULL,
  supersedes text[] NOT NULL,
  warning jsonb NOT NULL,
  UNIQUE (channel, epoch, position, identifier)
);

-- Sixteen digits that rise with time and are not given out again after a restore from a backup.
CREATE SEQUENCE warning_delivery_number MINVALUE 0 MAXVALUE 999 START 0 CYCLE;

-- One dispatch to one recipient. The id goes with every attempt, so that receivers know what they have had.
CREATE TABLE warning_delivery (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  number bigint NOT NULL UNIQUE
    DEFAULT (floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint * 1000 + nextval('warning_delivery_number')),
  dispatch_id bigint NOT NULL REFERENCES warning_dispatch (id) ON DELETE CASCADE,
  channel text NOT NULL,
  identifier text NOT NULL,
  -- An entry of the register warning-recipient; empty where the channel is for nobody in particular.
  recipient text NOT NULL,
  state text NOT NULL DEFAULT 'QUEUED',
  attempts integer NOT NULL DEFAULT 0,
  -- Attempts that were refused, or that ended with the process: of these there are only so many.
  refusals integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz(3) NOT NULL,
  -- Being tried until then by some process; set and past: that process is gone.
  claimed_until timestamptz(3),
  last_error text,
  -- Of the delivery before it about the same warning, or the one it replaces.
  related_number bigint,
  -- What the other side calls it.
  receipt_id text,
  receipts jsonb NOT NULL DEFAULT '[]',
  created_at timestamptz(3) NOT NULL,
  sent_at timestamptz(3),
  ended_at timestamptz(3),
  UNIQUE (dispatch_id, recipient)
);
CREATE INDEX warning_delivery_queued ON warning_delivery (channel, dispatch_id) WHERE state = 'QUEUED';
CREATE INDEX warning_delivery_sent ON warning_delivery (channel, sent_at) WHERE state = 'SENT';
CREATE INDEX warning_delivery_by_warning ON warning_delivery (identifier, recipient);

-- Who has said that the warning is known; once each.
CREATE TABLE warning_acknowledgement (
  identifier text NOT NULL,
  principal text NOT NULL,
  -- Empty: an officer, for nobody in the register.
  recipient text NOT NULL,
  note text,
  at timestamptz(3) NOT NULL,
  -- The warning was over by then.
  late boolean NOT NULL,
  PRIMARY KEY (identifier, principal, recipient)
);

-- What came back on a channel and could not be taken.
CREATE TABLE channel_rejection (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  channel text NOT NULL,
  received_at timestamptz(3) NOT NULL,
  name text NOT NULL,
  reason text NOT NULL,
  detail text NOT NULL,
  -- Its beginning.
  raw bytea NOT NULL,
  raw_size integer NOT NULL
);
CREATE INDEX channel_rejection_by_channel ON channel_rejection (channel, id DESC);
