-- Who began to subscribe, and in which order: a later opening of a customer ends every earlier one that is not paid.
CREATE TABLE app.subscription_openings (
  subscription_id text PRIMARY KEY,
  customer_id text NOT NULL REFERENCES app.customers,
  -- Given under a lock of the customer's row: of one customer, in the order of commit.
  position bigint GENERATED ALWAYS AS IDENTITY,
  by_portal boolean NOT NULL,
  opened_at timestamptz NOT NULL,
  -- The later opening that has begun to end it; it records itself no more once this is set.
  replaced_by text
);
CREATE INDEX ON app.subscription_openings (customer_id, position);

-- The one subscription of a customer that may be paid for. It passes to another when its holder was canceled since it claimed.
CREATE TABLE app.subscription_claims (
  -- Not yet known when a subscriber moves in: the claim comes before everything else.
  customer_id text PRIMARY KEY,
  subscription_id text NOT NULL,
  -- Of the holder's record when it claimed: one that was canceled before, and is paid all the same, holds it again.
  claimed_revision bigint NOT NULL
);
INSERT INTO app.subscription_claims (customer_id, subscription_id, claimed_revision)
  SELECT DISTINCT ON (customer_id) customer_id, id, revision FROM app.subscriptions
  WHERE status IN ('active', 'past_due', 'paused')
  ORDER BY customer_id, status = 'paused', created_at DESC, id;

-- What a customer is told in the statement although no credits moved.
CREATE TABLE app.notices (
  id text PRIMARY KEY,
  customer_id text NOT NULL REFERENCES app.customers,
  -- The row of the customer's journal that it stands behind, and where among the notices there.
  seq bigint NOT NULL,
  position bigint GENERATED ALWAYS AS IDENTITY,
  at timestamptz NOT NULL,
  code text NOT NULL,
  reason text NOT NULL,
  subscription_id text
);
CREATE INDEX ON app.notices (customer_id, seq, position);

GRANT SELECT, INSERT, UPDATE ON app.subscription_openings, app.subscription_claims TO scrip_app;
GRANT SELECT, INSERT ON app.notices TO scrip_app;
