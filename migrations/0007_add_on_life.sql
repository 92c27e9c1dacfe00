-- Of the money of an order that went back: what was taken back for it (domain/refunds). Null while none did.
ALTER TABLE app.add_on_orders ADD COLUMN withdrawals jsonb;

-- Automatic top-up of a customer: the machine's whole state (domain/auto-top-up), written by its workflow alone.
CREATE TABLE app.auto_top_ups (
  customer_id text PRIMARY KEY REFERENCES app.customers,
  state jsonb NOT NULL,
  -- The setting's threshold; null while it is off or has stopped. Found by it: who may need credits.
  threshold bigint,
  updated_at timestamptz NOT NULL
);
CREATE INDEX ON app.auto_top_ups (customer_id) WHERE threshold IS NOT NULL;

GRANT SELECT, INSERT, UPDATE ON app.auto_top_ups TO scrip_app;
