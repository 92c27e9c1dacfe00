-- External work: what the integrator says of its end is kept before the workflow is told, so that it is in no history and is not lost
-- when nobody can be told. The first report of a spend counts.
CREATE TABLE app.work_reports (
  -- Derived from the request's idempotency key.
  id text PRIMARY KEY,
  spend_id text NOT NULL REFERENCES app.spends,
  reported_at timestamptz NOT NULL,
  report jsonb NOT NULL,
  -- Tells which was first, whatever the clocks of several processes say.
  position bigint GENERATED ALWAYS AS IDENTITY
);
CREATE INDEX ON app.work_reports (spend_id, position);

-- Since when the API can be reached without a break, by real time: nothing can be heard of external work while it is away.
CREATE TABLE app.presence (
  part text PRIMARY KEY,
  up_since timestamptz NOT NULL,
  seen_at timestamptz NOT NULL,
  CHECK (up_since <= seen_at)
);

-- External work: the report that it was settled by; null when something else ended it.
ALTER TABLE app.spends ADD COLUMN ended_by text,
  ADD CONSTRAINT spends_ended_by CHECK (runs = 'external' OR ended_by IS NULL);

GRANT SELECT, INSERT, DELETE ON app.work_reports TO scrip_app;
GRANT SELECT, INSERT, UPDATE ON app.presence TO scrip_app;

-- As before, but it knows by which report a spend was settled, and settles a silent one only if it was really not heard of.
CREATE OR REPLACE FUNCTION app.record(kind text, record jsonb) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  CASE kind
  WHEN 'customer' THEN
    INSERT INTO app.customers (id, external_id, email, name, created_at)
    SELECT r.id, r.external_id, r.email, r.name, r.created_at FROM jsonb_populate_record(NULL::app.customers, record) r
    ON CONFLICT (id) DO NOTHING;
  WHEN 'newcomer' THEN
    INSERT INTO app.customers (id, external_id, email, name, created_at)
    SELECT r.id, r.external_id, r.email, r.name, r.created_at FROM jsonb_populate_record(NULL::app.customers, record) r;
  WHEN 'subscription' THEN
    INSERT INTO app.subscriptions AS s
    SELECT (jsonb_populate_record(NULL::app.subscriptions, '{"era": 0, "revision": 0}' || record)).*
    ON CONFLICT (id) DO UPDATE SET
      plan = EXCLUDED.plan, interval = EXCLUDED.interval, status = EXCLUDED.status,
      catalog_version = EXCLUDED.catalog_version, anchor_at = EXCLUDED.anchor_at, era = EXCLUDED.era,
      cycle = EXCLUDED.cycle, current_period_start = EXCLUDED.current_period_start,
      current_period_end = EXCLUDED.current_period_end, paid_through = EXCLUDED.paid_through,
      next_grant_at = EXCLUDED.next_grant_at, next_grant_credits = EXCLUDED.next_grant_credits,
      cancel_at = EXCLUDED.cancel_at, pending_plan = EXCLUDED.pending_plan, checkout_url = EXCLUDED.checkout_url,
      stripe_subscription_id = coalesce(EXCLUDED.stripe_subscription_id, s.stripe_subscription_id),
      state = EXCLUDED.state, revision = EXCLUDED.revision, updated_at = EXCLUDED.updated_at
    WHERE (s.revision, s.updated_at) < (EXCLUDED.revision, EXCLUDED.updated_at);
  WHEN 'add_on_order' THEN
    INSERT INTO app.add_on_orders AS o
    SELECT (jsonb_populate_record(NULL::app.add_on_orders, record)).*
    ON CONFLICT (id) DO UPDATE SET
      status = EXCLUDED.status, checkout_url = EXCLUDED.checkout_url,
      stripe_session_id = coalesce(EXCLUDED.stripe_session_id, o.stripe_session_id), updated_at = EXCLUDED.updated_at
    WHERE o.status <> 'paid';
  WHEN 'payment' THEN
    INSERT INTO app.payments SELECT (jsonb_populate_record(NULL::app.payments, record)).*
    ON CONFLICT (id) DO NOTHING;
  WHEN 'spend' THEN
    INSERT INTO app.spends AS s
    SELECT (jsonb_populate_record(NULL::app.spends, '{"captured": 0, "released": 0}' || record)).*
    ON CONFLICT (id) DO UPDATE SET
      status = EXCLUDED.status, captured = EXCLUDED.captured, released = EXCLUDED.released,
      result = EXCLUDED.result, output = coalesce(EXCLUDED.output, s.output), failure = EXCLUDED.failure,
      heard_at = greatest(s.heard_at, EXCLUDED.heard_at),
      progress = CASE WHEN s.heard_at > EXCLUDED.heard_at OR EXCLUDED.heard_at IS NULL THEN s.progress ELSE EXCLUDED.progress END,
      shortfall = EXCLUDED.shortfall, cost_minor = EXCLUDED.cost_minor, cost_currency = EXCLUDED.cost_currency,
      settled_input = EXCLUDED.settled_input, ended_by = EXCLUDED.ended_by, updated_at = EXCLUDED.updated_at
    WHERE s.status IN ('reserved', 'running');
  WHEN 'silent_spend' THEN
    -- The row is locked to the end of the transaction: a heartbeat is either seen here, or waits and then finds the spend ended.
    PERFORM FROM app.spends s
    WHERE s.id = record ->> 'id' AND s.heard_at IS NOT DISTINCT FROM (record ->> 'heard_at')::timestamptz FOR UPDATE;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'spend % was heard of meanwhile', record ->> 'id' USING ERRCODE = 'SC001';
    END IF;
    PERFORM app.record('spend', record);
  WHEN 'model' THEN
    INSERT INTO app.models AS m SELECT (jsonb_populate_record(NULL::app.models, record)).*
    ON CONFLICT (id) DO UPDATE SET status = EXCLUDED.status, version = EXCLUDED.version
    WHERE m.status = 'training';
  WHEN 'image' THEN
    INSERT INTO app.images SELECT (jsonb_populate_record(NULL::app.images, '{"hidden": false}' || record)).*
    ON CONFLICT (id) DO NOTHING;
  WHEN 'license' THEN
    INSERT INTO app.licenses SELECT (jsonb_populate_record(NULL::app.licenses, record)).*
    ON CONFLICT (id) DO NOTHING;
  WHEN 'stripe_event_processed' THEN
    UPDATE app.stripe_events SET processed_at = (record ->> 'processed_at')::timestamptz, last_error = NULL
    WHERE event_id = record ->> 'event_id' AND processed_at IS NULL;
  END CASE;
END $$;
