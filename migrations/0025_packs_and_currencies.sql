-- A plan and a pack are sold in several currencies: one price at Stripe for each. The constraint keeps its name.
ALTER TABLE app.catalog_prices DROP CONSTRAINT catalog_prices_catalog_version_plan_interval_pack_key;
ALTER TABLE app.catalog_prices ADD CONSTRAINT catalog_prices_catalog_version_plan_interval_pack_key
  UNIQUE NULLS NOT DISTINCT (catalog_version, plan, interval, pack, currency);

-- What an order is paid in; null in one whose version says no price for its pack.
ALTER TABLE app.add_on_orders ADD COLUMN currency text;
UPDATE app.add_on_orders o SET currency = coalesce(
  (SELECT p.currency FROM app.payments p WHERE p.order_id = o.id ORDER BY p.paid_at LIMIT 1),
  (SELECT c.currency FROM app.catalog_prices c WHERE c.catalog_version = o.catalog_version AND c.pack = o.pack)
);

-- What a subscription is paid in, from its opening on. Null in one that nothing says it of: the first currency of its plan.
ALTER TABLE app.subscriptions ADD COLUMN currency text;
UPDATE app.subscriptions s SET currency = coalesce(
  (SELECT c.currency FROM app.contracts c WHERE c.id = s.contract_id),
  (SELECT p.currency FROM app.payments p WHERE p.subscription_id = s.id ORDER BY p.period_start DESC LIMIT 1),
  (SELECT c.currency FROM app.catalog_prices c
   WHERE c.catalog_version = s.catalog_version AND c.plan = s.plan AND c.interval = s.interval)
);
