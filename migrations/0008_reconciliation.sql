-- What is compared with Stripe now and then: when it is due, how far it has come, and who is at it.
CREATE TABLE app.reconciliations (
  task text PRIMARY KEY CHECK (task IN ('events', 'state')),
  due_at timestamptz NOT NULL,
  -- Everything before it has been compared; null before the first time.
  done_through timestamptz,
  -- Whoever took it has until then; another worker takes it after that.
  leased_until timestamptz
);
INSERT INTO app.reconciliations (task, due_at) VALUES ('events', '1970-01-01Z'), ('state', '1970-01-01Z');

-- Payments and clawbacks of ours that Stripe has confirmed, by their id; one that was undone, by its id and '/undone'.
CREATE TABLE app.confirmed_at_stripe (
  id text PRIMARY KEY,
  confirmed_at timestamptz NOT NULL
);

GRANT SELECT, UPDATE ON app.reconciliations TO scrip_app;
GRANT SELECT, INSERT ON app.confirmed_at_stripe TO scrip_app;
