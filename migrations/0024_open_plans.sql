-- Plans are named by the catalogs, and no list in the database says which there are.
ALTER TABLE app.subscriptions DROP CONSTRAINT IF EXISTS subscriptions_plan_check;

-- Which plan a contract is for: where there were contracts, a catalog had one plan for them.
ALTER TABLE app.contracts ADD COLUMN plan text;
UPDATE app.contracts c SET plan = coalesce(
  (SELECT s.plan FROM app.subscriptions s WHERE s.contract_id = c.id ORDER BY s.created_at DESC LIMIT 1),
  (SELECT min(p.key) FROM app.catalogs v, jsonb_each(v.document -> 'plans') p
   WHERE p.value ->> 'grant' = 'contract' OR p.value ->> 'sold' = 'contract'
   GROUP BY v.version, v.position HAVING count(*) = 1 ORDER BY v.position DESC LIMIT 1)
);
