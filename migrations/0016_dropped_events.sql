-- An operator can say of an event that it will never be taken in: it is tried no more and nobody is called for it. The row stays,
-- with who said so and why, so that an event that Stripe sends again is known.
ALTER TABLE app.stripe_events
  ADD COLUMN dropped_at timestamptz,
  ADD COLUMN dropped_by text,
  ADD COLUMN dropped_reason text,
  ADD CONSTRAINT stripe_events_dropped CHECK (
    (dropped_at IS NULL) = (dropped_by IS NULL) AND (dropped_at IS NULL) = (dropped_reason IS NULL));

DROP INDEX app.stripe_events_received_at_idx;
CREATE INDEX stripe_events_waiting ON app.stripe_events (received_at) WHERE processed_at IS NULL AND dropped_at IS NULL;

-- It names something of ours that is not here: somebody is called at once, and not after a day.
ALTER TABLE app.stripe_events ADD COLUMN leads_nowhere boolean NOT NULL DEFAULT false;
