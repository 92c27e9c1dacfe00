-- What the reports read: sums of the journal by month, kept up to date by one writer at a time, and the rows that are
-- newer than those sums. Months are those of the effective instant, in UTC.

-- The money behind movements, by what moved it: `granted_minor` came into deferred revenue, `left_minor` left it
-- (negative when it came back).
CREATE TABLE ledger.cost_rollups (
  month date NOT NULL,
  code text NOT NULL,
  debit text COLLATE "C" NOT NULL,
  credit text COLLATE "C" NOT NULL,
  currency text NOT NULL,
  granted_minor numeric NOT NULL CONSTRAINT cost_rollups_granted CHECK (granted_minor >= 0),
  left_minor numeric NOT NULL,
  PRIMARY KEY (month, code, debit, credit, currency)
);

-- A digest is made of every column that is not computed, as text that is the same in every session and on every server.
CREATE VIEW ledger.movements AS
SELECT wallet_id, xid, date_trunc('month', effective_at AT TIME ZONE 'UTC')::date AS month, code, debit, credit, credits,
  ('x' || left(md5(ARRAY[wallet_id, seq::text, code, debit, credit, credits::text, available::text, held::text, owed::text,
    lot_nos::text, lot_credits::text, lot_costs::text, from_repaid::text, resolves::text, command_key, key, hold_id, spend_id,
    grant_id, order_id, subscription_id, reason, extract(epoch FROM effective_at)::text,
    extract(epoch FROM recorded_at)::text]::text), 15))::bit(60)::bigint AS digest
FROM ledger.journal
WHERE seq > 0;

CREATE VIEW ledger.answers AS
SELECT key, xid, date_trunc('month', effective_at AT TIME ZONE 'UTC')::date AS month, op, outcome,
  ('x' || left(md5(ARRAY[key, fingerprint, wallet_id, op, outcome, available::text, held::text, owed::text, reply::text,
    extract(epoch FROM effective_at)::text, extract(epoch FROM recorded_at)::text]::text), 15))::bit(60)::bigint AS digest
FROM ledger.commands;

-- A grant's rows share out its cost as their credits come: what repays a debt first, what is left is available.
CREATE VIEW ledger.cost_movements AS
SELECT j.wallet_id, j.xid, date_trunc('month', j.effective_at AT TIME ZONE 'UTC')::date AS month, j.code, j.debit,
  j.credit, l.currency, t.cost AS left_minor,
  CASE WHEN j.code <> 'grant' THEN 0
       WHEN j.credit = 'owed' THEN div(l.cost_minor::numeric * t.credits, l.credits)
       ELSE l.cost_minor - div(l.cost_minor::numeric * (l.credits - t.credits), l.credits) END AS granted_minor
FROM ledger.journal j
  CROSS JOIN LATERAL unnest(j.lot_nos, j.lot_credits, j.lot_costs) t (lot_no, credits, cost)
  JOIN ledger.lots l ON l.wallet_id = j.wallet_id AND l.lot_no = t.lot_no
WHERE l.currency IS NOT NULL AND (j.code = 'grant' OR t.cost <> 0);

CREATE VIEW ledger.monthly_sums AS
SELECT month, code, debit, credit, sum(credits) AS credits
FROM (
  SELECT month, code, debit, credit, credits FROM ledger.rollups
  UNION ALL
  SELECT month, code, debit, credit, credits FROM ledger.movements
  WHERE xid >= (SELECT rolled_up_to FROM ledger.rollup_position)
) parts
GROUP BY month, code, debit, credit;

CREATE VIEW ledger.monthly_costs AS
SELECT month, code, debit, credit, currency, sum(granted_minor) AS granted_minor, sum(left_minor) AS left_minor
FROM (
  SELECT month, code, debit, credit, currency, granted_minor, left_minor FROM ledger.cost_rollups
  UNION ALL
  SELECT month, code, debit, credit, currency, granted_minor, left_minor FROM ledger.cost_movements
  WHERE xid >= (SELECT rolled_up_to FROM ledger.rollup_position)
) parts
GROUP BY month, code, debit, credit, currency;

-- Adds the next rows of the journal and the next commands to the sums, those of at most `xids_max` transactions; answers
-- whether more are left.
-- It takes only what no running transaction can add to any more (below the oldest of them), so that nothing that is
-- committed late is ever passed over. Answers false at once when somebody else is at it.
CREATE FUNCTION ledger.roll_up(xids_max bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  since xid8;
  upto xid8;
  newest xid8;
BEGIN
  SELECT rolled_up_to INTO since FROM ledger.rollup_position FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  -- Read before the rows are: whoever is below it has ended before they are looked for.
  newest := pg_snapshot_xmin(pg_current_snapshot());
  since := least((SELECT min(xid) FROM ledger.journal WHERE xid >= since), (SELECT min(xid) FROM ledger.commands WHERE xid >= since));
  IF since IS NULL OR since >= newest THEN
    RETURN false;
  END IF;
  upto := least(newest, (since::text::numeric + xids_max)::text::xid8);
  INSERT INTO ledger.rollups AS r (month, code, debit, credit, credits, rows, digest)
  SELECT month, code, debit, credit, sum(credits), count(*), sum(digest) FROM ledger.movements
  WHERE xid >= since AND xid < upto GROUP BY month, code, debit, credit
  ON CONFLICT (month, code, debit, credit) DO UPDATE SET
    credits = r.credits + EXCLUDED.credits, rows = r.rows + EXCLUDED.rows, digest = r.digest + EXCLUDED.digest;
  INSERT INTO ledger.command_rollups AS r (month, op, outcome, rows, digest)
  SELECT month, op, outcome, count(*), sum(digest) FROM ledger.answers
  WHERE xid >= since AND xid < upto GROUP BY month, op, outcome
  ON CONFLICT (month, op, outcome) DO UPDATE SET rows = r.rows + EXCLUDED.rows, digest = r.digest + EXCLUDED.digest;
  INSERT INTO ledger.cost_rollups AS r (month, code, debit, credit, currency, granted_minor, left_minor)
  SELECT month, code, debit, credit, currency, sum(granted_minor), sum(left_minor) FROM ledger.cost_movements
  WHERE xid >= since AND xid < upto GROUP BY month, code, debit, credit, currency
  ON CONFLICT (month, code, debit, credit, currency) DO UPDATE SET
    granted_minor = r.granted_minor + EXCLUDED.granted_minor, left_minor = r.left_minor + EXCLUDED.left_minor;
  UPDATE ledger.rollup_position SET rolled_up_to = upto;
  RETURN upto < newest;
END $$;

GRANT SELECT ON ledger.cost_rollups, ledger.movements, ledger.answers, ledger.cost_movements, ledger.monthly_sums,
  ledger.monthly_costs TO scrip_app;
GRANT EXECUTE ON FUNCTION ledger.roll_up TO scrip_app;
