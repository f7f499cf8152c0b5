-- Nothing of what was signed changes, nor what is written beside it; a key that is over is replaced by a signature of the next one, over the same text.
CREATE OR REPLACE FUNCTION exchange_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN RAISE EXCEPTION '% is kept', TG_TABLE_NAME; END IF;
  IF TG_OP = 'DELETE' THEN
    IF current_setting('fenghuo.retention', true) = 'on' THEN RETURN OLD; END IF;
    RAISE EXCEPTION '% is kept', TG_TABLE_NAME;
  END IF;
  IF TG_TABLE_NAME = 'exchange_receipt' THEN
    IF OLD.issuer = 'OURS' AND to_jsonb(NEW) - 'signature' = to_jsonb(OLD) - 'signature' THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'exchange_receipt is kept';
  END IF;
  IF (NEW.peer, NEW.direction, NEW.seq, NEW.bundle_id, NEW.kind, NEW.created_at, NEW.body, NEW.hash, NEW.previous, NEW.item_count, NEW.stored_at)
    IS DISTINCT FROM
    (OLD.peer, OLD.direction, OLD.seq, OLD.bundle_id, OLD.kind, OLD.created_at, OLD.body, OLD.hash, OLD.previous, OLD.item_count, OLD.stored_at)
    OR (OLD.direction = 'IN' AND NEW.signature <> OLD.signature) THEN
    RAISE EXCEPTION 'what a bundle says is kept';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER exchange_bundle_whole BEFORE TRUNCATE ON exchange_bundle
  FOR EACH STATEMENT EXECUTE FUNCTION exchange_is_kept();
CREATE TRIGGER exchange_receipt_whole BEFORE TRUNCATE ON exchange_receipt
  FOR EACH STATEMENT EXECUTE FUNCTION exchange_is_kept();
