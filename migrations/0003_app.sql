-- Every table but the ledger's. One file of src/store reads and writes each.

-- The only table with personal data (email, name); a deleted customer keeps its row without them.
CREATE TABLE app.customers (
  id text PRIMARY KEY,
  external_id text NOT NULL UNIQUE,
  email text,
  name text,
  stripe_customer_id text UNIQUE,
  created_at timestamptz NOT NULL,
  erased_at timestamptz
);

CREATE TABLE app.api_keys (
  id text PRIMARY KEY,
  name text NOT NULL,
  -- SHA-256 of the key: the key itself has 192 random bits, so a slow hash would protect nothing.
  key_hash bytea NOT NULL UNIQUE,
  scopes text[] NOT NULL CHECK (cardinality(scopes) > 0 AND scopes <@ ARRAY['customer', 'operator']),
  created_at timestamptz NOT NULL,
  revoked_at timestamptz
);

-- Published versions are immutable; the current one is the latest published.
CREATE TABLE app.catalogs (
  version text PRIMARY KEY,
  position integer GENERATED ALWAYS AS IDENTITY UNIQUE,
  document jsonb NOT NULL,
  published_at timestamptz NOT NULL
);

-- What a price at Stripe stands for: credits come from here by price id, never from an amount of money.
CREATE TABLE app.catalog_prices (
  stripe_price_id text PRIMARY KEY,
  catalog_version text NOT NULL REFERENCES app.catalogs,
  plan text,
  interval text CHECK (interval IN ('month', 'year')),
  pack text,
  amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
  currency text NOT NULL,
  CHECK ((plan IS NULL) = (interval IS NULL)),
  CHECK ((plan IS NULL) <> (pack IS NULL)),
  UNIQUE NULLS NOT DISTINCT (catalog_version, plan, interval, pack)
);

-- The first answer to a POST that moves money, by customer, operation and idempotency key. `status` is null while it is made.
CREATE TABLE app.requests (
  customer_id text NOT NULL,
  operation text NOT NULL,
  idempotency_key text NOT NULL,
  fingerprint text NOT NULL,
  status integer,
  body jsonb,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (customer_id, operation, idempotency_key),
  CHECK ((status IS NULL) = (body IS NULL))
);

-- The readable state of a subscription, written by its own workflow in the transaction of what it did.
CREATE TABLE app.subscriptions (
  id text PRIMARY KEY,
  customer_id text NOT NULL REFERENCES app.customers,
  plan text NOT NULL,
  interval text NOT NULL CHECK (interval IN ('month', 'year')),
  collection text NOT NULL CHECK (collection IN ('checkout', 'invoice')),
  status text NOT NULL CHECK (status IN ('incomplete', 'active', 'past_due', 'paused', 'canceled')),
  catalog_version text NOT NULL REFERENCES app.catalogs,
  contract_id text,
  anchor_at timestamptz,
  era integer NOT NULL DEFAULT 0 CHECK (era >= 0),
  cycle integer CHECK (cycle >= 0),
  current_period_start timestamptz,
  current_period_end timestamptz,
  paid_through timestamptz,
  next_grant_at timestamptz,
  next_grant_credits bigint,
  cancel_at timestamptz,
  pending_plan text,
  checkout_url text,
  stripe_subscription_id text UNIQUE,
  -- The machine's whole state, so that a payment can still be served after the workflow's history is gone.
  state jsonb,
  -- Counts the workflow's own writes, so that a late repeat of an old one never overwrites a newer one.
  revision bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CHECK (status IN ('incomplete', 'canceled') OR (anchor_at IS NOT NULL AND paid_through IS NOT NULL)),
  CHECK ((next_grant_at IS NULL) = (next_grant_credits IS NULL)),
  CHECK ((current_period_start IS NULL) = (current_period_end IS NULL))
);
CREATE INDEX ON app.subscriptions (customer_id, created_at);

CREATE TABLE app.add_on_orders (
  id text PRIMARY KEY,
  customer_id text NOT NULL REFERENCES app.customers,
  status text NOT NULL CHECK (status IN ('pending', 'paid', 'canceled')),
  pack text NOT NULL,
  quantity integer NOT NULL CHECK (quantity > 0),
  credits bigint NOT NULL CHECK (credits > 0),
  catalog_version text NOT NULL REFERENCES app.catalogs,
  checkout_url text,
  stripe_session_id text UNIQUE,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX ON app.add_on_orders (customer_id, created_at);

-- One row per payment that entitles to credits: a paid invoice, a paid checkout session, an operator's record.
-- `id` is Stripe's id (in_…, cs_…) or the operator's reference; the ledger's lots name it.
CREATE TABLE app.payments (
  id text PRIMARY KEY,
  customer_id text NOT NULL REFERENCES app.customers,
  subscription_id text REFERENCES app.subscriptions,
  order_id text REFERENCES app.add_on_orders,
  plan text,
  period_start timestamptz,
  period_end timestamptz,
  -- Everything the payment entitles to, all cycles of a year included.
  credits bigint NOT NULL CHECK (credits > 0),
  amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
  currency text NOT NULL,
  stripe_payment_intent_id text,
  paid_at timestamptz NOT NULL,
  CHECK ((subscription_id IS NULL) <> (order_id IS NULL)),
  CHECK ((subscription_id IS NULL) = (period_start IS NULL)),
  CHECK ((period_start IS NULL) = (period_end IS NULL) AND (period_start IS NULL OR period_start < period_end))
);
CREATE INDEX ON app.payments (customer_id);
CREATE INDEX ON app.payments (stripe_payment_intent_id) WHERE stripe_payment_intent_id IS NOT NULL;

-- The webhook inbox: received and done are different facts.
CREATE TABLE app.stripe_events (
  event_id text PRIMARY KEY,
  type text NOT NULL,
  object_id text,
  api_version text,
  livemode boolean NOT NULL,
  created_at timestamptz NOT NULL,
  payload jsonb NOT NULL,
  received_at timestamptz NOT NULL,
  processed_at timestamptz,
  attempts integer NOT NULL DEFAULT 0,
  last_error text
);
CREATE INDEX ON app.stripe_events (received_at) WHERE processed_at IS NULL;

CREATE TABLE app.uploads (
  id text PRIMARY KEY,
  customer_id text NOT NULL REFERENCES app.customers,
  content_type text NOT NULL,
  width integer NOT NULL CHECK (width > 0),
  height integer NOT NULL CHECK (height > 0),
  bytes integer NOT NULL CHECK (bytes > 0),
  object_key text NOT NULL,
  created_at timestamptz NOT NULL
);

CREATE TABLE app.models (
  id text PRIMARY KEY,
  owner_id text NOT NULL REFERENCES app.customers,
  name text NOT NULL,
  visibility text NOT NULL CHECK (visibility IN ('public', 'private')),
  status text NOT NULL CHECK (status IN ('training', 'ready', 'failed', 'deleted')),
  -- The version at the job provider that generates with this model; null until it is trained.
  version text,
  spend_id text UNIQUE,
  created_at timestamptz NOT NULL,
  CHECK (status <> 'ready' OR version IS NOT NULL)
);
CREATE INDEX ON app.models (owner_id, created_at);
CREATE INDEX ON app.models (created_at) WHERE visibility = 'public';

CREATE TABLE app.spends (
  id text PRIMARY KEY,
  customer_id text NOT NULL REFERENCES app.customers,
  action text NOT NULL,
  input jsonb NOT NULL,
  status text NOT NULL CHECK (status IN ('reserved', 'running', 'succeeded', 'failed', 'canceled')),
  unit_credits bigint NOT NULL CHECK (unit_credits >= 0),
  quantity integer NOT NULL CHECK (quantity > 0),
  reserved bigint NOT NULL CHECK (reserved >= 0),
  captured bigint NOT NULL DEFAULT 0 CHECK (captured >= 0),
  released bigint NOT NULL DEFAULT 0 CHECK (released >= 0),
  catalog_version text NOT NULL REFERENCES app.catalogs,
  -- The rights of the moment of the hold, stamped on what the spend makes.
  rights jsonb NOT NULL,
  result jsonb,
  failure jsonb,
  workflow_id text NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CHECK (CASE WHEN status IN ('succeeded', 'failed', 'canceled') THEN captured + released = reserved
              ELSE captured + released = 0 END)
);
CREATE INDEX ON app.spends (customer_id, created_at, id);

-- What the job provider was asked and what it said; lets a repeated activity continue instead of submitting again.
CREATE TABLE app.jobs (
  spend_id text PRIMARY KEY REFERENCES app.spends,
  kind text NOT NULL CHECK (kind IN ('predictions', 'trainings')),
  provider_id text,
  submit_started_at timestamptz,
  submitted_at timestamptz,
  -- The provider's last known object, recorded also when it comes after the spend has settled (a late success).
  last_object jsonb,
  updated_at timestamptz NOT NULL
);
-- A webhook names the job as the provider does.
CREATE INDEX ON app.jobs (provider_id) WHERE provider_id IS NOT NULL;

CREATE TABLE app.images (
  id text PRIMARY KEY,
  owner_id text NOT NULL REFERENCES app.customers,
  model_id text NOT NULL REFERENCES app.models,
  spend_id text NOT NULL REFERENCES app.spends,
  position integer NOT NULL CHECK (position >= 0),
  visibility text NOT NULL CHECK (visibility IN ('public', 'private')),
  hidden boolean NOT NULL DEFAULT false,
  width integer NOT NULL CHECK (width > 0),
  height integer NOT NULL CHECK (height > 0),
  object_key text NOT NULL,
  rights jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  UNIQUE (spend_id, position)
);
CREATE INDEX ON app.images (model_id, created_at, id) WHERE visibility = 'public';
CREATE INDEX ON app.images (owner_id, created_at, id);

CREATE TABLE app.licenses (
  id text PRIMARY KEY,
  image_id text NOT NULL REFERENCES app.images,
  customer_id text NOT NULL REFERENCES app.customers,
  spend_id text NOT NULL UNIQUE REFERENCES app.spends,
  terms text NOT NULL,
  credits bigint NOT NULL CHECK (credits >= 0),
  created_at timestamptz NOT NULL,
  UNIQUE (image_id, customer_id)
);
CREATE INDEX ON app.licenses (customer_id, created_at, id);

-- Writes one store row inside a ledger movement's transaction: the only way the ledger's functions touch this schema.
-- `kind` names the table; `row` has its columns. Every write is safe to repeat, and none goes back: a terminal spend
-- stays as it is, an older revision of a subscription is dropped. A newcomer alone must be new: for a customer who is
-- known by then (an import came between) the write fails, and the movement with it.
CREATE FUNCTION app.record(kind text, record jsonb) RETURNS void LANGUAGE plpgsql SET search_path = '' AS $$
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
      result = EXCLUDED.result, failure = EXCLUDED.failure, updated_at = EXCLUDED.updated_at
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

GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA app TO scrip_app;
GRANT EXECUTE ON FUNCTION app.record TO scrip_app;
