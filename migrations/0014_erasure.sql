-- Erasing a customer. Of the person an id is left, and a keyed hash of the external id, so that whoever comes back under it is
-- somebody new and is not welcomed a second time.
ALTER TABLE app.customers
  ALTER COLUMN external_id DROP NOT NULL,
  -- From then on nothing new begins for them; what runs is brought to its end, and then they are erased.
  ADD COLUMN erasing_at timestamptz,
  -- HMAC-SHA256 in hexadecimal; the key is not in the database.
  ADD COLUMN external_id_hash text;

-- Until now a deleted customer kept the external id, and whatever was paid for went on: the worker finishes what was promised.
UPDATE app.customers SET erasing_at = erased_at, erased_at = NULL WHERE erased_at IS NOT NULL;

ALTER TABLE app.customers ADD CONSTRAINT customers_erased CHECK (
  CASE WHEN erased_at IS NULL THEN external_id IS NOT NULL AND external_id_hash IS NULL
       ELSE erasing_at IS NOT NULL AND external_id_hash IS NOT NULL
         AND external_id IS NULL AND email IS NULL AND name IS NULL END);
CREATE INDEX customers_external_id_hash ON app.customers (external_id_hash) WHERE external_id_hash IS NOT NULL;
CREATE INDEX customers_erasing ON app.customers (erasing_at) WHERE erasing_at IS NOT NULL AND erased_at IS NULL;

-- Nothing new for who is erased, or is being erased (`TG_ARGV[1]`); `TG_ARGV[0]` names the column with the customer's id. The lock
-- makes it wait for a transaction that erases in this moment, and such a transaction for it: the erasing one changes a unique
-- column. After the row, so that an insert that only meets a row that is there already (app.record) is none.
CREATE FUNCTION app.refuse_erased() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  customer text := to_jsonb(NEW) ->> TG_ARGV[0];
  since timestamptz;
BEGIN
  SELECT CASE TG_ARGV[1] WHEN 'erasing' THEN c.erasing_at ELSE c.erased_at END INTO since
    FROM app.customers c WHERE c.id = customer FOR KEY SHARE;
  IF since IS NOT NULL THEN
    RAISE EXCEPTION 'nothing new begins for customer %: erased, or being erased since %', customer, since
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'customer_erased';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER spends_of_nobody AFTER INSERT ON app.spends
  FOR EACH ROW EXECUTE FUNCTION app.refuse_erased('customer_id', 'erasing');
CREATE TRIGGER uploads_of_nobody AFTER INSERT ON app.uploads
  FOR EACH ROW EXECUTE FUNCTION app.refuse_erased('customer_id', 'erasing');
CREATE TRIGGER portal_sessions_of_nobody AFTER INSERT ON app.portal_sessions
  FOR EACH ROW EXECUTE FUNCTION app.refuse_erased('customer_id', 'erasing');
CREATE TRIGGER contracts_of_nobody AFTER INSERT ON app.contracts
  FOR EACH ROW EXECUTE FUNCTION app.refuse_erased('customer_id', 'erasing');
CREATE TRIGGER holds_of_nobody AFTER INSERT ON ledger.holds
  FOR EACH ROW WHEN (NEW.spend_id IS NULL) EXECUTE FUNCTION app.refuse_erased('wallet_id', 'erasing');
-- What is open at Stripe already when its row comes is let in while there is somebody to end it there.
CREATE TRIGGER subscriptions_of_nobody AFTER INSERT ON app.subscriptions
  FOR EACH ROW EXECUTE FUNCTION app.refuse_erased('customer_id', 'erased');
CREATE TRIGGER add_on_orders_of_nobody AFTER INSERT ON app.add_on_orders
  FOR EACH ROW EXECUTE FUNCTION app.refuse_erased('customer_id', 'erased');
CREATE TRIGGER auto_top_ups_of_nobody AFTER INSERT OR UPDATE ON app.auto_top_ups
  FOR EACH ROW WHEN (NEW.threshold IS NOT NULL) EXECUTE FUNCTION app.refuse_erased('customer_id', 'erased');
ALTER TABLE app.spends ENABLE ALWAYS TRIGGER spends_of_nobody;
ALTER TABLE app.uploads ENABLE ALWAYS TRIGGER uploads_of_nobody;
ALTER TABLE app.portal_sessions ENABLE ALWAYS TRIGGER portal_sessions_of_nobody;
ALTER TABLE app.contracts ENABLE ALWAYS TRIGGER contracts_of_nobody;
ALTER TABLE ledger.holds ENABLE ALWAYS TRIGGER holds_of_nobody;
ALTER TABLE app.subscriptions ENABLE ALWAYS TRIGGER subscriptions_of_nobody;
ALTER TABLE app.add_on_orders ENABLE ALWAYS TRIGGER add_on_orders_of_nobody;
ALTER TABLE app.auto_top_ups ENABLE ALWAYS TRIGGER auto_top_ups_of_nobody;

-- What the last step of an erasure takes away.
GRANT DELETE ON app.uploads, app.images, app.requests TO scrip_app;
