-- What is sold is named by the catalog: a spend keeps what its settlement needs of the action that it asked for, so that no later
-- version changes it.
ALTER TABLE app.spends
  DROP CONSTRAINT IF EXISTS spends_action_check,
  DROP CONSTRAINT IF EXISTS spends_quantity_check,
  -- A unit may cost a fraction and there may be a fraction of one: what is held is a whole number.
  ALTER COLUMN unit_credits TYPE double precision,
  ALTER COLUMN quantity TYPE double precision,
  ADD CONSTRAINT spends_quantity CHECK (quantity >= 0),
  ADD COLUMN runs text,
  ADD COLUMN delivers text,
  ADD COLUMN unit text,
  ADD COLUMN deadline_at timestamptz,
  -- The provider's JSON, or what the integrator says of external work.
  ADD COLUMN output jsonb,
  -- Of external work: how long nothing may be heard of it, when it was heard of and what it said, what it came to beyond what was
  -- held, what it cost the integrator, and the input that its settlement was priced by.
  ADD COLUMN silence text,
  ADD COLUMN heard_at timestamptz,
  ADD COLUMN progress jsonb,
  ADD COLUMN shortfall bigint,
  ADD COLUMN cost_minor bigint,
  ADD COLUMN cost_currency text,
  ADD COLUMN settled_input jsonb;

-- Until now there were three kinds, told by what was asked for. What was erased has lost its input: it is told by what came of it,
-- and it has ended, so nothing more is done by it.
UPDATE app.spends s SET
  runs = CASE WHEN k.kind = 'license' THEN 'nothing' ELSE 'provider' END,
  delivers = k.kind,
  unit = CASE WHEN k.kind = 'images' THEN 'image' END,
  deadline_at = CASE WHEN s.status IN ('reserved', 'running') THEN s.created_at + make_interval(mins =>
    coalesce((SELECT (c.document -> 'policies' ->> 'jobDeadlineMinutes')::integer
              FROM app.catalogs c WHERE c.version = s.catalog_version), 60)) END
FROM (
  SELECT id, CASE
    WHEN input ? 'modelId' OR result ? 'imageIds' THEN 'images'
    WHEN input ? 'imageId' OR result ? 'licenseId' THEN 'license'
    ELSE 'model' END AS kind
  FROM app.spends) k
WHERE k.id = s.id;

ALTER TABLE app.spends
  ALTER COLUMN runs SET NOT NULL,
  ADD CONSTRAINT spends_runs CHECK (runs IN ('provider', 'external', 'nothing') AND (runs <> 'external' OR delivers IS NULL)),
  ADD CONSTRAINT spends_deadline CHECK (status IN ('succeeded', 'failed', 'canceled') OR deadline_at IS NOT NULL),
  ADD CONSTRAINT spends_external CHECK (runs = 'external'
    OR num_nonnulls(silence, heard_at, progress, shortfall, cost_minor, cost_currency, settled_input) = 0),
  ADD CONSTRAINT spends_shortfall CHECK (shortfall >= 0),
  ADD CONSTRAINT spends_cost CHECK (cost_minor >= 0 AND num_nonnulls(cost_minor, cost_currency) IN (0, 2));

-- A picture may be made without a model of the marketplace.
ALTER TABLE app.images ALTER COLUMN model_id DROP NOT NULL;

-- As before, but for the spend: what is learned while the work runs is kept, and a later word of it is never put back.
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
      settled_input = EXCLUDED.settled_input, updated_at = EXCLUDED.updated_at
    WHERE s.status IN ('reserved', 'running');
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
