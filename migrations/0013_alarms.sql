-- What a person must look at: one row from when it was first seen until its cause is gone.
CREATE TABLE app.alarms (
  id text PRIMARY KEY,
  -- The list is domain/alarms.ts.
  kind text NOT NULL,
  -- The id of what it is about: ours, or Stripe's.
  subject text NOT NULL,
  customer_id text REFERENCES app.customers,
  -- Whose card in the Web UI shows it too.
  workflow_id text,
  todo text NOT NULL,
  created_at timestamptz NOT NULL,
  -- When its cause was last seen to be there.
  seen_at timestamptz NOT NULL,
  ended_at timestamptz,
  CHECK (created_at <= seen_at)
);
-- One alarm for one cause; when the cause comes back, it is another alarm.
CREATE UNIQUE INDEX ON app.alarms (kind, subject) WHERE ended_at IS NULL;
CREATE INDEX ON app.alarms (created_at, id) WHERE ended_at IS NULL;
CREATE INDEX ON app.alarms (customer_id) WHERE customer_id IS NOT NULL;

-- Every customer at Stripe that is or was bound to one of ours. One that was deleted at Stripe is replaced, and money of
-- before, its refunds and disputes, is still the customer's.
CREATE TABLE app.stripe_bindings (
  stripe_customer_id text PRIMARY KEY,
  customer_id text NOT NULL REFERENCES app.customers
);
CREATE INDEX ON app.stripe_bindings (customer_id);
INSERT INTO app.stripe_bindings SELECT stripe_customer_id, id FROM app.customers WHERE stripe_customer_id IS NOT NULL;

-- A binding is never forgotten, whoever makes it.
CREATE FUNCTION app.keep_stripe_binding() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  INSERT INTO app.stripe_bindings VALUES (NEW.stripe_customer_id, NEW.id) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER keep_stripe_binding AFTER INSERT OR UPDATE OF stripe_customer_id ON app.customers
  FOR EACH ROW WHEN (NEW.stripe_customer_id IS NOT NULL) EXECUTE FUNCTION app.keep_stripe_binding();

GRANT SELECT, INSERT, UPDATE ON app.alarms TO scrip_app;
GRANT SELECT, INSERT ON app.stripe_bindings TO scrip_app;
