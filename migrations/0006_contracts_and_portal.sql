-- What a customer of the Custom plan and the house agreed upon; a fact, so it never changes.
CREATE TABLE app.contracts (
  id text PRIMARY KEY,
  customer_id text NOT NULL REFERENCES app.customers,
  reference text NOT NULL,
  -- Granted every month.
  credits bigint NOT NULL CHECK (credits > 0),
  -- For a whole interval.
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  currency text NOT NULL,
  interval text NOT NULL CHECK (interval IN ('month', 'year')),
  term_months integer NOT NULL CHECK (term_months > 0),
  created_at timestamptz NOT NULL
);
CREATE INDEX ON app.contracts (customer_id);
CREATE INDEX ON app.subscriptions (contract_id) WHERE contract_id IS NOT NULL;

-- Which subscription a contract is, or is being, opened as: claimed before Stripe is asked, because it bills from then on.
CREATE TABLE app.contract_openings (
  contract_id text PRIMARY KEY REFERENCES app.contracts,
  subscription_id text NOT NULL
);

-- Short-lived links by which a customer enters the pages; the token itself is stored nowhere.
CREATE TABLE app.portal_sessions (
  token_hash bytea PRIMARY KEY,
  customer_id text NOT NULL REFERENCES app.customers,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX ON app.portal_sessions (expires_at);

GRANT SELECT, INSERT ON app.contracts TO scrip_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON app.contract_openings TO scrip_app;
GRANT SELECT, INSERT, DELETE ON app.portal_sessions TO scrip_app;
