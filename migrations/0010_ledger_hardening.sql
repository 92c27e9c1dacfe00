-- With an empty path Postgres looks for types and tables among the caller's temporary ones first, so a temporary domain
-- named `text` would run its caller's code as the owner. Named last, they hide nothing.
ALTER FUNCTION ledger.apply_batch(jsonb) SET search_path = pg_catalog, pg_temp;
ALTER FUNCTION ledger.check_journal() SET search_path = pg_catalog, pg_temp;
ALTER FUNCTION ledger.refuse_change() SET search_path = pg_catalog, pg_temp;
ALTER FUNCTION app.record(text, jsonb) SET search_path = pg_catalog, pg_temp;

-- What a grant said stays: only where its credits are now, and when their life ends, ever changes.
CREATE TRIGGER lots_grant_stays BEFORE UPDATE OF wallet_id, lot_no, grant_id, source, credits, cost_minor, currency,
  payment_id, subscription_id, order_id, granted_at ON ledger.lots
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
ALTER TABLE ledger.lots ENABLE ALWAYS TRIGGER lots_grant_stays;

-- What became of a hold is only added to, so a command for less than nothing cannot take a capture or a refund back.
CREATE TRIGGER holds_go_forward BEFORE UPDATE ON ledger.holds FOR EACH ROW
  WHEN (NEW.credits <> OLD.credits OR NEW.captured < OLD.captured OR NEW.released < OLD.released OR NEW.refunded < OLD.refunded
    OR NEW.royalty_reversed < OLD.royalty_reversed)
  EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER hold_lots_go_forward BEFORE UPDATE ON ledger.hold_lots FOR EACH ROW
  WHEN (NEW.credits <> OLD.credits OR NEW.captured < OLD.captured OR NEW.released < OLD.released OR NEW.refunded < OLD.refunded)
  EXECUTE FUNCTION ledger.refuse_change();
ALTER TABLE ledger.holds ENABLE ALWAYS TRIGGER holds_go_forward;
ALTER TABLE ledger.hold_lots ENABLE ALWAYS TRIGGER hold_lots_go_forward;

-- As before, and it never goes back: for fewer transactions than one it would count again what it has counted.
CREATE OR REPLACE FUNCTION ledger.roll_up(xids_max bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  since xid8;
  upto xid8;
  newest xid8;
BEGIN
  IF (xids_max > 0) IS NOT TRUE THEN
    RAISE EXCEPTION 'a roll-up of % transactions', xids_max USING ERRCODE = 'invalid_parameter_value';
  END IF;
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
