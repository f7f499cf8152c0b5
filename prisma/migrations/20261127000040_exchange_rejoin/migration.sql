-- What a side had made between its restore from a backup and its rejoining: signed by us, in places of the chains that are taken by what was lost.
-- Kept as evidence; what it said is said again under new numbers.
CREATE TABLE exchange_fork (
  peer text NOT NULL REFERENCES exchange_peer (name),
  -- Where it stood: OUT among our bundles, OURS among our receipts.
  chain text NOT NULL CHECK (chain IN ('OUT', 'OURS')),
  number bigint NOT NULL,
  body text NOT NULL,
  signature text NOT NULL,
  hash text NOT NULL,
  previous text NOT NULL,
  made_at timestamptz(3) NOT NULL,
  rejoined_at timestamptz(3) NOT NULL,
  PRIMARY KEY (peer, chain, rejoined_at, number)
);

CREATE FUNCTION exchange_fork_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_setting('fenghuo.retention', true) = 'on' THEN RETURN OLD; END IF;
  RAISE EXCEPTION 'exchange_fork is kept';
END
$$;
CREATE TRIGGER exchange_fork_kept BEFORE UPDATE OR DELETE ON exchange_fork
  FOR EACH ROW EXECUTE FUNCTION exchange_fork_is_kept();
CREATE TRIGGER exchange_fork_whole BEFORE TRUNCATE ON exchange_fork
  FOR EACH STATEMENT EXECUTE FUNCTION exchange_fork_is_kept();
