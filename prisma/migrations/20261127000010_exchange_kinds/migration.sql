-- A platform of another tier as a grantee, and as the bearer of a key.
ALTER TABLE "api_key" ADD COLUMN "peer" TEXT;
ALTER TABLE "access_grant" ADD COLUMN "peer" TEXT, ALTER COLUMN "grantee" DROP NOT NULL;
ALTER TABLE "access_grant" ADD CONSTRAINT access_grant_to_one CHECK ((grantee IS NULL) <> (peer IS NULL));
CREATE INDEX "access_grant_peer_idx" ON "access_grant" ("peer");

-- Unknown to Prisma from here on.

-- What a job last told a peer, so that nothing is told twice and nothing too often.
CREATE TABLE exchange_last_told (
  peer text NOT NULL REFERENCES exchange_peer (name),
  -- A kind of bundle.
  source text NOT NULL,
  -- The warning that it is about; '' where all of a period is told at once.
  key text NOT NULL,
  -- The period, or a digest of what was told.
  told text NOT NULL,
  at timestamptz(3) NOT NULL,
  PRIMARY KEY (peer, source, key)
);

-- The newest version of each thing that a peer has told of.
CREATE TABLE exchange_holding (
  peer text NOT NULL REFERENCES exchange_peer (name),
  kind text NOT NULL,
  item_id text NOT NULL,
  version text NOT NULL,
  -- Null where it is kept as what it is: a warning, an incident's report, an instruction.
  payload jsonb,
  department_code text NOT NULL,
  changed_at timestamptz(3) NOT NULL,
  received_at timestamptz(3) NOT NULL,
  -- After this it says nothing about now; null where it has no time of its own.
  fresh_until timestamptz(3),
  PRIMARY KEY (peer, kind, item_id)
);
CREATE INDEX exchange_holding_by_time ON exchange_holding (received_at) WHERE payload IS NULL;

-- What a platform of a higher tier asks of one of a lower tier; either side keeps it.
CREATE TABLE instruction (
  -- Of what was issued here a UUID; of what was received "<peer>/<its issuer's id>".
  id text PRIMARY KEY,
  number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  direction text NOT NULL CHECK (direction IN ('ISSUED', 'RECEIVED')),
  peer text NOT NULL REFERENCES exchange_peer (name),
  -- As its issuer knows it.
  origin_id text NOT NULL,
  title text NOT NULL,
  text text NOT NULL,
  hazard_code text,
  division_codes text[] NOT NULL,
  status text NOT NULL,
  issued_at timestamptz(3) NOT NULL,
  -- Who here issued it; null where it was received.
  issued_by text,
  due_at timestamptz(3) NOT NULL,
  state text NOT NULL CHECK (state IN ('OPEN', 'ACKNOWLEDGED', 'DONE', 'PARTLY', 'NOT_DONE', 'CANNOT', 'CANCELLED')),
  acknowledged_at timestamptz(3),
  acknowledge_note text,
  -- Who here acknowledged it; null where it was issued.
  acknowledged_by text,
  outcome text,
  outcome_at timestamptz(3),
  outcome_text text,
  outcome_by text,
  cancelled_at timestamptz(3),
  cancel_reason text,
  -- Each side's own changes rise by one: issuing and cancelling there, acknowledging and reporting here.
  revision integer NOT NULL DEFAULT 0,
  changed_at timestamptz(3) NOT NULL,
  -- The bundle that brought it.
  bundle_id uuid,
  bundle_seq bigint,
  idempotency_key text,
  input_hash bytea,
  UNIQUE (direction, peer, origin_id)
);
CREATE UNIQUE INDEX instruction_call ON instruction (issued_by, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX instruction_of_bundle ON instruction (peer, bundle_seq);

-- Somebody has acted on a peer's bundle: a receipt is to say so.
CREATE TABLE exchange_act (
  peer text NOT NULL REFERENCES exchange_peer (name),
  seq bigint NOT NULL,
  who text NOT NULL,
  what text NOT NULL,
  at timestamptz(3) NOT NULL,
  -- Its receipt is written.
  done boolean NOT NULL DEFAULT false,
  PRIMARY KEY (peer, seq)
);
CREATE INDEX exchange_act_open ON exchange_act (peer, seq) WHERE NOT done;
