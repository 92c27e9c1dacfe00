-- What time has decided counts from its own instant, and not from when somebody came by: a balance at an instant in between
-- showed credits that had ended. Lots and external holds end in the order of their instants, a lot before a hold of the
-- same one; credits that a hold gives back to an expired lot live seven more days, and end with those if they have passed too.
CREATE OR REPLACE FUNCTION ledger.advance(e ledger.effect, c ledger.command) RETURNS ledger.effect LANGUAGE plpgsql AS $$
DECLARE
  l record;
  h ledger.hold;
  t ledger.entry;
  s ledger.shares;
  wallet text := (e.wallet).id;
BEGIN
  LOOP
    SELECT * INTO l FROM ledger.lots WHERE wallet_id = wallet AND spendable AND expires_at <= c.effective_at
      ORDER BY expires_at, lot_no LIMIT 1;
    SELECT * INTO h FROM ledger.holds WHERE wallet_id = wallet AND state = 'open' AND expires_at <= c.effective_at
      ORDER BY expires_at, id LIMIT 1;
    EXIT WHEN l.lot_no IS NULL AND h.id IS NULL;
    t := ledger.template(c);
    t.effective_at := greatest((e.wallet).effective_at, least(l.expires_at, h.expires_at));
    IF h.id IS NULL OR l.expires_at <= h.expires_at THEN
      t.key := 'expire:' || l.grant_id;
      t.grant_id := l.grant_id;
      t.order_id := l.order_id;
      t.subscription_id := l.subscription_id;
      t.reason := 'Credits expired';
      s := ledger.shift_lots(
        wallet, ROW(ARRAY[l.lot_no], ARRAY[l.free], NULL, NULL)::ledger.shares, 'free', 'expired', t.effective_at);
      e := ledger.move(e, t, 'expire', 'available', 'expired', l.free, s);
    ELSE
      t.reason := 'Hold expired';
      e := ledger.resolve_hold(e, t, h, 0, h.open, 'expired', NULL, h.id || '/expire');
    END IF;
    e.wallet.effective_at := t.effective_at;
  END LOOP;
  e.wallet.due_at := least(
    (SELECT min(expires_at) FROM ledger.lots WHERE wallet_id = wallet AND expires_at > c.effective_at),
    (SELECT min(expires_at) FROM ledger.holds WHERE wallet_id = wallet AND state = 'open' AND expires_at > c.effective_at));
  RETURN e;
END $$;
