-- The exchange with platforms of other tiers, unknown to Prisma: what is to be told, what was handed over and taken over, and the receipts.

-- A platform that the settings name, and the ends of the four chains between it and the hub.
CREATE TABLE exchange_peer (
  name text PRIMARY KEY,
  org_code text NOT NULL,
  -- REGION, PREFECTURE, CITY, TOWNSHIP or VILLAGE
  tier text NOT NULL,
  division text NOT NULL,
  -- Still in the settings.
  configured boolean NOT NULL,
  -- Topics of the log whose entries are told to it.
  topics text[] NOT NULL,
  -- The feed under which what it sends is stored: that is never told back to it.
  feed_id text NOT NULL,
  -- Our bundles to it: the last one sealed.
  sent_seq bigint NOT NULL DEFAULT 0,
  sent_hash text NOT NULL DEFAULT repeat('0', 64),
  -- Its bundles to us: the last one taken over.
  taken_seq bigint NOT NULL DEFAULT 0,
  taken_hash text NOT NULL DEFAULT repeat('0', 64),
  -- Our receipts about its bundles: the last one written.
  told_number bigint NOT NULL DEFAULT 0,
  told_hash text NOT NULL DEFAULT repeat('0', 64),
  -- Its receipts about ours: the last one taken.
  heard_number bigint NOT NULL DEFAULT 0,
  heard_hash text NOT NULL DEFAULT repeat('0', 64),
  -- Up to which of our receipts it has had them.
  told_upto bigint NOT NULL DEFAULT 0,
  -- When anything signed last came from it, and when it last took something.
  last_heard_at timestamptz(3),
  last_sent_at timestamptz(3),
  -- Why the last attempt failed; null after one that did not.
  fault text,
  fault_at timestamptz(3),
  -- The other side asked for our bundles again from here.
  resend_from bigint
);

-- What a peer is to be told, written in the transaction of what it tells of and deleted in the one that seals it into a bundle.
CREATE TABLE exchange_outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- No foreign key: its check would have writers of the log wait for whoever holds the peer.
  peer text NOT NULL,
  -- A topic of the log, or a kind of bundle (model/exchange.ts).
  source text NOT NULL,
  key text NOT NULL,
  at timestamptz(3) NOT NULL,
  payload jsonb NOT NULL,
  -- It could not be put into a bundle: it waits here for somebody, and nothing waits for it.
  set_aside_reason text
);
CREATE INDEX exchange_outbox_waiting ON exchange_outbox (peer, id) WHERE set_aside_reason IS NULL;

-- A trigger, so that no writer of the log can forget a peer, and the log's own retention takes nothing from one that is away for long.
CREATE FUNCTION exchange_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO exchange_outbox (peer, source, key, at, payload)
  SELECT p.name, e.topic, e.key, e.at, e.payload
  FROM appended e JOIN exchange_peer p ON p.configured AND e.topic = ANY (p.topics)
  ORDER BY e.position, p.name;
  RETURN NULL;
END
$$;
CREATE TRIGGER log_entry_tell_peers AFTER INSERT ON log_entry
  REFERENCING NEW TABLE AS appended FOR EACH STATEMENT EXECUTE FUNCTION exchange_tell();

-- One signed bundle, either way. What was signed never changes; how far it has come does.
CREATE TABLE exchange_bundle (
  peer text NOT NULL REFERENCES exchange_peer (name),
  direction text NOT NULL CHECK (direction IN ('OUT', 'IN')),
  seq bigint NOT NULL,
  bundle_id uuid NOT NULL,
  kind text NOT NULL,
  created_at timestamptz(3) NOT NULL,
  -- RFC 8785; empty where its sender has withdrawn it before we had it.
  body text NOT NULL,
  -- Detached JWS (RFC 7515 appendix F). Ours is made anew where its key is no longer the one we sign with.
  signature text NOT NULL,
  -- SHA-256 of the body in hex, and that of the bundle before.
  hash text NOT NULL,
  previous text NOT NULL,
  item_count integer NOT NULL,
  -- OUT: SEALED, then the receipts' states, or SET_ASIDE. IN: RECEIVED, VALIDATED, APPLIED, ACTED, SET_ASIDE, WITHDRAWN.
  state text NOT NULL,
  stored_at timestamptz(3) NOT NULL,
  sent_at timestamptz(3),
  state_at timestamptz(3) NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  -- Times that it was refused, or could not be applied, for what it is and not for the line.
  refusals integer NOT NULL DEFAULT 0,
  last_error text,
  -- When the missing receipt was told to the duty officer.
  overdue_at timestamptz(3),
  PRIMARY KEY (peer, direction, seq),
  UNIQUE (peer, direction, bundle_id)
);
CREATE INDEX exchange_bundle_open ON exchange_bundle (peer, direction, seq) WHERE state IN ('SEALED', 'RECEIVED', 'VALIDATED');
CREATE INDEX exchange_bundle_by_time ON exchange_bundle (stored_at, peer, direction, seq);

-- What a bundle holds, to be found by what it is about.
CREATE TABLE exchange_item (
  peer text NOT NULL,
  direction text NOT NULL,
  seq bigint NOT NULL,
  n integer NOT NULL,
  kind text NOT NULL,
  item_id text NOT NULL,
  version text NOT NULL,
  op text NOT NULL,
  -- {code, path, note} of an item that its receiver did not take.
  fault jsonb,
  PRIMARY KEY (peer, direction, seq, n),
  FOREIGN KEY (peer, direction, seq) REFERENCES exchange_bundle (peer, direction, seq) ON DELETE CASCADE
);
CREATE INDEX exchange_item_by_id ON exchange_item (kind, item_id, peer, direction, seq DESC);

-- A signed receipt about a bundle. Each side counts and chains what it issues to the other.
CREATE TABLE exchange_receipt (
  peer text NOT NULL REFERENCES exchange_peer (name),
  issuer text NOT NULL CHECK (issuer IN ('OURS', 'THEIRS')),
  number bigint NOT NULL,
  bundle_id uuid NOT NULL,
  seq bigint NOT NULL,
  state text NOT NULL,
  at timestamptz(3) NOT NULL,
  body text NOT NULL,
  signature text NOT NULL,
  hash text NOT NULL,
  previous text NOT NULL,
  stored_at timestamptz(3) NOT NULL,
  PRIMARY KEY (peer, issuer, number),
  UNIQUE (peer, issuer, bundle_id, state)
);
CREATE INDEX exchange_receipt_by_bundle ON exchange_receipt (peer, issuer, seq);

-- What came and was refused as a whole, by whichever road.
CREATE TABLE exchange_refusal (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- Null where it could not be told who sent it.
  peer text,
  at timestamptz(3) NOT NULL,
  road text NOT NULL,
  code text NOT NULL,
  reason text NOT NULL,
  bundle_id text,
  seq bigint,
  -- Its beginning.
  raw bytea NOT NULL,
  raw_size integer NOT NULL,
  raw_hash bytea NOT NULL,
  -- The same again for the same reason is counted.
  seen integer NOT NULL DEFAULT 1,
  last_seen_at timestamptz(3) NOT NULL,
  UNIQUE (code, raw_hash)
);
CREATE INDEX exchange_refusal_by_time ON exchange_refusal (id DESC);

-- Kept evidence is not changed, but for how far it has come; retention says so.
CREATE FUNCTION exchange_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF current_setting('fenghuo.retention', true) = 'on' THEN RETURN OLD; END IF;
    RAISE EXCEPTION '% is kept', TG_TABLE_NAME;
  END IF;
  IF TG_TABLE_NAME = 'exchange_receipt' THEN RAISE EXCEPTION 'exchange_receipt is kept'; END IF;
  IF (NEW.body, NEW.hash, NEW.previous, NEW.bundle_id, NEW.seq) IS DISTINCT FROM (OLD.body, OLD.hash, OLD.previous, OLD.bundle_id, OLD.seq) THEN
    RAISE EXCEPTION 'what a bundle says is kept';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER exchange_bundle_kept BEFORE UPDATE OR DELETE ON exchange_bundle
  FOR EACH ROW EXECUTE FUNCTION exchange_is_kept();
CREATE TRIGGER exchange_receipt_kept BEFORE UPDATE OR DELETE ON exchange_receipt
  FOR EACH ROW EXECUTE FUNCTION exchange_is_kept();
