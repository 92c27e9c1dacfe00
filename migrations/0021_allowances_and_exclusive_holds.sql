-- What a catalog of any product asks of the ledger: a hold that a wallet can have only once, the first ones of an action for
-- nothing, and grants that come by themselves with the day or the week and do not add up without end.

-- `exclusive`: a key that a wallet can hold once. `free`: one of the first of its action, which cost nothing. `fulfilled`: null
-- while the hold is open, then whether the work was done. `given_back`: the key of the refund of work that had cost nothing,
-- which moves no credits and so leaves no journal row.
ALTER TABLE ledger.holds
  ADD COLUMN exclusive ledger.id,
  ADD COLUMN free boolean NOT NULL DEFAULT false,
  ADD COLUMN fulfilled boolean,
  ADD COLUMN given_back ledger.id;

UPDATE ledger.holds h SET fulfilled = coalesce(s.status = 'succeeded', o.captured > 0 OR o.state = 'captured')
FROM ledger.holds o LEFT JOIN app.spends s ON s.id = o.spend_id
WHERE o.id = h.id AND o.state <> 'open';
-- A licence that was bought before is held for ever, like one that is bought from now on.
UPDATE ledger.holds h SET exclusive = 'license:' || l.image_id FROM app.licenses l WHERE l.spend_id = h.spend_id;

ALTER TABLE ledger.holds
  ADD CONSTRAINT holds_free CHECK (NOT free OR credits = 0),
  ADD CONSTRAINT holds_fulfilled CHECK ((state = 'open') = (fulfilled IS NULL)),
  ADD CONSTRAINT holds_given_back CHECK (given_back IS NULL OR (captured = 0 AND fulfilled IS TRUE));
CREATE UNIQUE INDEX holds_exclusive ON ledger.holds (wallet_id, exclusive)
  WHERE exclusive IS NOT NULL AND state IN ('open', 'captured');
-- What takes one of the free places of an action: work that runs or was done.
CREATE INDEX holds_places ON ledger.holds (wallet_id, action) WHERE fulfilled IS NOT FALSE AND given_back IS NULL;

-- As before, and what a hold said of itself stays.
DROP TRIGGER holds_go_forward ON ledger.holds;
CREATE TRIGGER holds_go_forward BEFORE UPDATE ON ledger.holds FOR EACH ROW
  WHEN (NEW.credits <> OLD.credits OR NEW.captured < OLD.captured OR NEW.released < OLD.released OR NEW.refunded < OLD.refunded
    OR NEW.royalty_reversed < OLD.royalty_reversed OR NEW.exclusive IS DISTINCT FROM OLD.exclusive OR NEW.free <> OLD.free
    OR (OLD.fulfilled IS NOT NULL AND NEW.fulfilled IS DISTINCT FROM OLD.fulfilled)
    OR (OLD.given_back IS NOT NULL AND NEW.given_back IS DISTINCT FROM OLD.given_back))
  EXECUTE FUNCTION ledger.refuse_change();
ALTER TABLE ledger.holds ENABLE ALWAYS TRIGGER holds_go_forward;

-- An allowance is what a plan grants again and again under one name. `up_to`: as much as may be left (free and held) of all
-- lots of the allowance; its newest lot says how much. What would come back above it expires, whether its lot has an end or not.
ALTER TABLE ledger.lots
  ADD COLUMN allowance text,
  ADD COLUMN up_to ledger.credits,
  ADD CONSTRAINT lots_allowance CHECK (allowance <> ''),
  ADD CONSTRAINT lots_up_to CHECK (up_to IS NULL OR (allowance IS NOT NULL AND credits <= up_to)),
  DROP CONSTRAINT lots_expired_after,
  ADD CONSTRAINT lots_expired_after CHECK (expired = 0 OR expires_at IS NOT NULL OR allowance IS NOT NULL);

DROP TRIGGER lots_grant_stays ON ledger.lots;
CREATE TRIGGER lots_grant_stays BEFORE UPDATE OF wallet_id, lot_no, grant_id, source, credits, cost_minor, currency,
  payment_id, subscription_id, order_id, granted_at, allowance, up_to ON ledger.lots
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
ALTER TABLE ledger.lots ENABLE ALWAYS TRIGGER lots_grant_stays;

ALTER TYPE ledger.command
  DROP ATTRIBUTE license_of,
  DROP ATTRIBUTE records_if_licensed,
  ADD ATTRIBUTE exclusive text,
  ADD ATTRIBUTE first_free bigint,
  ADD ATTRIBUTE records_if_free jsonb,
  ADD ATTRIBUTE succeeded boolean,
  ADD ATTRIBUTE allowance text,
  ADD ATTRIBUTE up_to bigint,
  ADD ATTRIBUTE at_most_granted boolean,
  ADD ATTRIBUTE allowances jsonb;
-- In the order of the table.
ALTER TYPE ledger.hold
  ADD ATTRIBUTE exclusive text,
  ADD ATTRIBUTE free boolean,
  ADD ATTRIBUTE fulfilled boolean,
  ADD ATTRIBUTE given_back text;

DROP FUNCTION ledger.find_license(ledger.command);
DROP FUNCTION ledger.resolve_hold(ledger.effect, ledger.entry, ledger.hold, bigint, bigint, text, text, text);
DROP FUNCTION ledger.write_plain(ledger.lot[], ledger.hold[], ledger.entry[]);

-- Captures `captured` of an open hold, releases `released` (its debts first) and, when nothing is left open, ends the hold in
-- `end_state`, `fulfilled` or not. The keys are those of the rows.
CREATE FUNCTION ledger.resolve_hold(
  e ledger.effect, t ledger.entry, h ledger.hold, captured bigint, released bigint, end_state text,
  capture_key text, release_key text, fulfilled boolean
) RETURNS ledger.effect LANGUAGE plpgsql AS $$
DECLARE
  ends boolean := h.open = captured + released;
  repaid bigint := least(released, (e.wallet).owed);
  s ledger.shares;
BEGIN
  t.hold_id := h.id;
  t.spend_id := h.spend_id;
  IF captured > 0 THEN
    s := ledger.shift_lots(h.wallet_id, ledger.pick_from_hold(h.id, captured, 'capture'), 'held', 'spent', t.effective_at);
    t.key := capture_key;
    t.resolves := ends AND released = 0;
    e := ledger.move(e, t, 'capture', 'held', 'revenue:' || h.action, captured, s);
  END IF;
  t.key := release_key;
  IF repaid > 0 THEN
    s := ledger.shift_lots(h.wallet_id, ledger.pick_from_hold(h.id, repaid, 'release'), 'held', 'repaid', t.effective_at);
    t.resolves := ends AND released = repaid;
    e := ledger.move(e, t, 'release', 'held', 'owed', repaid, s);
  END IF;
  IF released > repaid THEN
    s := ledger.shift_lots(
      h.wallet_id, ledger.pick_from_hold(h.id, released - repaid, 'release'), 'held', 'free', t.effective_at);
    t.resolves := ends;
    e := ledger.move(e, t, 'release', 'held', 'available', released - repaid, s);
  END IF;
  UPDATE ledger.holds SET
    open = h.open - resolve_hold.captured - resolve_hold.released,
    captured = h.captured + resolve_hold.captured,
    released = h.released + resolve_hold.released,
    state = CASE WHEN ends THEN end_state ELSE 'open' END,
    settled_at = CASE WHEN ends THEN t.effective_at END,
    fulfilled = CASE WHEN ends THEN resolve_hold.fulfilled END
  WHERE id = h.id;
  RETURN e;
END $$;

-- As before; a hold that expires was fulfilled if anything of it was captured.
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
      e := ledger.resolve_hold(e, t, h, 0, h.open, 'expired', NULL, h.id || '/expire', h.captured > 0);
    END IF;
    e.wallet.effective_at := t.effective_at;
  END LOOP;
  e.wallet.due_at := least(
    (SELECT min(expires_at) FROM ledger.lots WHERE wallet_id = wallet AND expires_at > c.effective_at),
    (SELECT min(expires_at) FROM ledger.holds WHERE wallet_id = wallet AND state = 'open' AND expires_at > c.effective_at));
  RETURN e;
END $$;

-- What is left of an allowance: free and held credits of its lots.
CREATE FUNCTION ledger.left_of(wallet text, name text) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT coalesce(sum(l.free + l.held), 0) FROM ledger.lots l WHERE l.wallet_id = wallet AND l.allowance = name);
END $$;

-- A grant brings what is left of its allowance up to `up_to` and no further. One that brings nothing makes no lot and no row,
-- and is recorded like any other.
CREATE OR REPLACE FUNCTION ledger.do_grant(e ledger.effect, c ledger.command) RETURNS ledger.effect LANGUAGE plpgsql AS $$
DECLARE
  t ledger.entry := ledger.template(c);
  brought bigint := CASE WHEN c.up_to IS NULL THEN c.credits
    ELSE greatest(least(c.credits, c.up_to - ledger.left_of(c.wallet_id, c.allowance)), 0) END;
  repaid bigint := least(brought, (e.wallet).owed);
  lot integer := (e.wallet).lots + 1;
  paid bigint := coalesce(c.cost_minor, 0);
BEGIN
  IF c.payment_id IS NOT NULL THEN
    INSERT INTO ledger.payments AS p (id, wallet_id, granted) VALUES (c.payment_id, c.wallet_id, brought)
    ON CONFLICT (id) DO UPDATE SET granted = p.granted + EXCLUDED.granted;
  END IF;
  e.outcome := 'applied';
  e.reply := jsonb_build_object('repaid', repaid);
  IF c.allowance IS NOT NULL THEN
    e.reply := e.reply || jsonb_build_object('granted', brought, 'allowance', c.allowance, 'upTo', c.up_to);
  END IF;
  IF brought = 0 THEN
    RETURN e;
  END IF;
  INSERT INTO ledger.lots (wallet_id, lot_no, grant_id, source, credits, free, repaid, cost_minor, currency, payment_id,
    subscription_id, order_id, granted_at, expires_at, allowance, up_to)
  VALUES (c.wallet_id, lot, c.grant_id, c.source, brought, brought - repaid, repaid, paid,
    CASE WHEN paid > 0 THEN c.currency END, c.payment_id, c.subscription_id, c.order_id, c.effective_at, c.expires_at,
    c.allowance, c.up_to);
  e.wallet.lots := lot;
  e.wallet.due_at := least((e.wallet).due_at, c.expires_at);
  t.grant_id := c.grant_id;
  t.order_id := c.order_id;
  t.subscription_id := c.subscription_id;
  e := ledger.move(e, t, 'grant', 'issued:' || c.source, 'owed', repaid,
    ROW(ARRAY[lot], ARRAY[repaid], ARRAY[ledger.cost_of(paid, brought, repaid)], NULL)::ledger.shares);
  e := ledger.move(e, t, 'grant', 'issued:' || c.source, 'available', brought - repaid,
    ROW(ARRAY[lot], ARRAY[brought - repaid], ARRAY[0], NULL)::ledger.shares);
  e.reply := e.reply || jsonb_build_object('grantId', c.grant_id);
  RETURN e;
END $$;

-- Before a command is decided: the allowances of the day or the week that it carries and that nobody has granted yet. Each is
-- recorded under its own key, also when it brings nothing. A known key is known, whatever else the command says of it now.
CREATE FUNCTION ledger.grant_allowances(e ledger.effect, c ledger.command) RETURNS ledger.effect LANGUAGE plpgsql AS $$
DECLARE
  due jsonb;
  a ledger.command;
BEGIN
  FOR due IN SELECT x.value FROM jsonb_array_elements(c.allowances) WITH ORDINALITY x (value, position) ORDER BY x.position LOOP
    a := jsonb_populate_record(NULL::ledger.command, due);
    CONTINUE WHEN EXISTS (SELECT FROM ledger.commands k WHERE k.key = a.key);
    a.op := 'grant';
    a.source := 'plan';
    a.fingerprint := 'allowance';
    a.wallet_id := c.wallet_id;
    a.effective_at := c.effective_at;
    e := ledger.do_grant(e, a);
    e.wallet.effective_at := c.effective_at;
    INSERT INTO ledger.commands (key, fingerprint, wallet_id, op, outcome, available, held, owed, effective_at, reply)
    VALUES (a.key, a.fingerprint, a.wallet_id, a.op, e.outcome, (e.wallet).available, (e.wallet).held, (e.wallet).owed,
      a.effective_at, e.reply);
  END LOOP;
  e.outcome := NULL;
  e.reply := NULL;
  RETURN e;
END $$;

-- After credits have come back: what an allowance then has above its limit expires, out of its lots in the order in which they
-- burn. A release cannot bring it above, because held credits are counted as left.
CREATE FUNCTION ledger.cap_allowances(e ledger.effect, c ledger.command) RETURNS ledger.effect LANGUAGE plpgsql AS $$
DECLARE
  wallet text := (e.wallet).id;
  name text;
  l record;
  t ledger.entry;
  s ledger.shares;
  excess bigint;
  taken bigint;
BEGIN
  FOR name IN
    SELECT DISTINCT o.allowance COLLATE "C" AS allowance
    FROM unnest(e.rows) r CROSS JOIN unnest(r.lot_nos) n (lot_no)
      JOIN ledger.lots o ON o.wallet_id = wallet AND o.lot_no = n.lot_no
    WHERE r.code IN ('refund', 'clawback_undo') AND r.credit = 'available' AND o.allowance IS NOT NULL
    ORDER BY allowance
  LOOP
    excess := ledger.left_of(wallet, name)
      - (SELECT o.up_to FROM ledger.lots o WHERE o.wallet_id = wallet AND o.allowance = name ORDER BY o.lot_no DESC LIMIT 1);
    FOR l IN
      SELECT * FROM ledger.lots o WHERE o.wallet_id = wallet AND o.allowance = name AND o.spendable
      ORDER BY o.expires_at, o.cost_minor > 0, o.granted_at, o.grant_id
    LOOP
      EXIT WHEN (excess > 0) IS NOT TRUE;
      taken := least(excess, l.free);
      t := ledger.template(c);
      t.key := c.key || '/expire';
      t.grant_id := l.grant_id;
      t.order_id := l.order_id;
      t.subscription_id := l.subscription_id;
      t.reason := 'Credits above their limit expired';
      s := ledger.shift_lots(
        wallet, ROW(ARRAY[l.lot_no], ARRAY[taken], NULL, NULL)::ledger.shares, 'free', 'expired', c.effective_at);
      e := ledger.move(e, t, 'expire', 'available', 'expired', taken, s);
      excess := excess - taken;
    END LOOP;
  END LOOP;
  RETURN e;
END $$;

-- `already_held`, when the wallet has a hold of the command's exclusive key that is open or was captured.
CREATE FUNCTION ledger.find_held(e ledger.effect, c ledger.command) RETURNS ledger.effect LANGUAGE plpgsql AS $$
BEGIN
  IF c.exclusive IS NOT NULL THEN
    SELECT 'already_held', jsonb_strip_nulls(jsonb_build_object('holdId', h.id, 'spendId', h.spend_id)) INTO e.outcome, e.reply
    FROM ledger.holds h
    WHERE h.wallet_id = c.wallet_id AND h.exclusive = c.exclusive AND h.state IN ('open', 'captured');
  END IF;
  RETURN e;
END $$;

-- Whether one of the first places of an action is left. Work takes its place with the hold, whatever that cost, and gives it
-- back when it fails or is refunded in full.
CREATE FUNCTION ledger.is_free(c ledger.command) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF (c.first_free > 0) IS NOT TRUE THEN
    RETURN false;
  END IF;
  RETURN c.first_free > (SELECT count(*) FROM (
    SELECT FROM ledger.holds h
    WHERE h.wallet_id = c.wallet_id AND h.action = c.action AND h.fulfilled IS NOT FALSE AND h.given_back IS NULL
      AND (h.captured = 0 OR h.refunded < h.captured)
    LIMIT c.first_free) taken);
END $$;

CREATE OR REPLACE FUNCTION ledger.do_admit(e ledger.effect, c ledger.command) RETURNS ledger.effect LANGUAGE plpgsql AS $$
DECLARE
  free boolean := ledger.is_free(c);
BEGIN
  e := ledger.find_held(e, c);
  IF e.outcome IS NULL THEN
    c.credits := CASE WHEN free THEN 0 ELSE c.credits END;
    e := ledger.refuse_hold(e, c);
  END IF;
  IF e.outcome IS NULL THEN
    e.outcome := 'admitted';
    e.reply := CASE WHEN free THEN '{"free": true}'::jsonb END;
  END IF;
  RETURN e;
END $$;

CREATE OR REPLACE FUNCTION ledger.do_hold(e ledger.effect, c ledger.command) RETURNS ledger.effect LANGUAGE plpgsql AS $$
DECLARE
  t ledger.entry := ledger.template(c);
  s ledger.shares;
  h ledger.hold;
  free boolean := ledger.is_free(c);
BEGIN
  e := ledger.find_held(e, c);
  IF e.outcome IS NULL THEN
    c.credits := CASE WHEN free THEN 0 ELSE c.credits END;
    c.royalty := CASE WHEN free THEN 0 ELSE c.royalty END;
    e := ledger.refuse_hold(e, c);
  END IF;
  IF e.outcome IS NOT NULL THEN
    RETURN e;
  END IF;
  INSERT INTO ledger.holds (id, wallet_id, action, spend_id, reference, credits, open, state, expires_at, created_at,
    exclusive, free)
  VALUES (c.hold_id, c.wallet_id, c.action, c.spend_id, c.reference, c.credits, c.credits, 'open', c.expires_at,
    c.effective_at, c.exclusive, free)
  RETURNING * INTO h;
  t.hold_id := h.id;
  t.spend_id := h.spend_id;
  IF c.credits > 0 THEN
    s := ledger.lots_to_burn(c.wallet_id, c.credits);
    s := ledger.shift_lots(c.wallet_id, s, 'free', 'held', c.effective_at);
    INSERT INTO ledger.hold_lots (hold_id, position, lot_no, credits)
    SELECT h.id, n.position, n.lot_no, n.credits
    FROM unnest(s.lot_nos, s.credits) WITH ORDINALITY n (lot_no, credits, position);
    e := ledger.move(e, t, 'hold', 'available', 'held', c.credits, s);
  END IF;
  e.outcome := 'applied';
  e.reply := jsonb_build_object('holdId', h.id) || CASE WHEN free THEN '{"free": true}'::jsonb ELSE '{}'::jsonb END;
  IF c.capture THEN
    e := ledger.resolve_hold(e, t, h, h.open, 0, 'captured', coalesce(h.spend_id, h.id) || '/capture', NULL, true);
    e := ledger.book_royalty(e, t, c, h);
    e.reply := e.reply || jsonb_build_object('captured', h.credits, 'released', 0);
  ELSE
    e.wallet.due_at := least((e.wallet).due_at, c.expires_at);
  END IF;
  RETURN e;
END $$;

-- settle, capture and void: the three ways to end a hold, or to take a part of it. Where nothing was held, nothing shows whether
-- the work was done but what the settlement says of it.
CREATE OR REPLACE FUNCTION ledger.do_resolve(e ledger.effect, c ledger.command) RETURNS ledger.effect LANGUAGE plpgsql AS $$
DECLARE
  h ledger.hold;
  captured bigint;
  released bigint;
  base text;
  end_state text;
  fulfilled boolean;
BEGIN
  SELECT * INTO h FROM ledger.holds WHERE id = c.hold_id AND wallet_id = c.wallet_id;
  captured := CASE WHEN c.op = 'void' THEN 0 ELSE coalesce(c.credits, h.open) END;
  IF h.id IS NULL THEN
    e.outcome := 'hold_not_found';
  ELSIF h.state = 'expired' AND c.expired THEN
    e.outcome := 'applied';
    e.reply := ledger.resolved(h, 0, 0, h.state);
  ELSIF h.state <> 'open' THEN
    e.outcome := 'hold_already_settled';
    e.reply := jsonb_build_object('holdId', h.id);
  ELSIF captured > h.open THEN
    e.outcome := 'hold_exceeded';
    e.reply := jsonb_build_object('holdId', h.id, 'required', captured, 'shortfall', captured - h.open);
  ELSE
    released := CASE WHEN c.op = 'capture' AND NOT c.final THEN 0 ELSE h.open - captured END;
    base := CASE WHEN c.op = 'settle' THEN coalesce(h.spend_id, h.id) ELSE c.key END;
    fulfilled := CASE WHEN c.op = 'void' THEN h.captured > 0
                      ELSE coalesce(c.succeeded, h.captured + captured > 0 OR h.credits = 0) END;
    end_state := CASE WHEN c.op = 'void' THEN CASE WHEN c.expired THEN 'expired' ELSE 'voided' END
                      WHEN h.captured + captured > 0 OR (h.credits = 0 AND fulfilled) THEN 'captured' ELSE 'voided' END;
    e := ledger.resolve_hold(e, ledger.template(c), h, captured, released, end_state,
      CASE WHEN c.op = 'settle' THEN base || '/capture' ELSE base END,
      CASE WHEN c.op = 'void' THEN base ELSE base || '/release' END, fulfilled);
    e := ledger.book_royalty(e, ledger.template(c), c, h);
    e.outcome := 'applied';
    e.reply := ledger.resolved(h, captured, released, CASE WHEN h.open = captured + released THEN end_state ELSE 'open' END);
  END IF;
  RETURN e;
END $$;

-- A refund of work that had cost nothing moves nothing; it gives the free place of its action back.
CREATE OR REPLACE FUNCTION ledger.do_refund(e ledger.effect, c ledger.command) RETURNS ledger.effect LANGUAGE plpgsql AS $$
DECLARE
  t ledger.entry := ledger.template(c);
  h ledger.hold;
  s ledger.shares;
  amount bigint;
  repaid bigint;
  reversed bigint;
BEGIN
  SELECT * INTO h FROM ledger.holds WHERE id = c.hold_id AND wallet_id = c.wallet_id;
  amount := coalesce(c.credits, h.captured - h.refunded);
  IF h.id IS NULL THEN
    e.outcome := 'hold_not_found';
    RETURN e;
  ELSIF amount = 0 AND h.captured = 0 AND h.fulfilled AND h.given_back IS NULL THEN
    UPDATE ledger.holds SET given_back = c.key WHERE id = h.id;
    e.outcome := 'applied';
    e.reply := jsonb_build_object('holdId', h.id, 'refunded', 0, 'repaid', 0);
    RETURN e;
  ELSIF amount = 0 OR amount > h.captured - h.refunded THEN
    e.outcome := 'refund_exceeds_captured';
    e.reply := jsonb_build_object(
      'holdId', h.id, 'required', amount, 'shortfall', amount - (h.captured - h.refunded));
    RETURN e;
  END IF;
  t.hold_id := h.id;
  t.spend_id := h.spend_id;
  repaid := least(amount, (e.wallet).owed);
  IF repaid > 0 THEN
    s := ledger.shift_lots(h.wallet_id, ledger.pick_from_hold(h.id, repaid, 'refund'), 'spent', 'repaid', c.effective_at);
    e := ledger.move(e, t, 'refund', 'revenue:' || h.action, 'owed', repaid, s);
  END IF;
  IF amount > repaid THEN
    s := ledger.shift_lots(
      h.wallet_id, ledger.pick_from_hold(h.id, amount - repaid, 'refund'), 'spent', 'free', c.effective_at);
    e := ledger.move(e, t, 'refund', 'revenue:' || h.action, 'available', amount - repaid, s);
  END IF;
  reversed := div(h.royalty::numeric * (h.refunded + amount), h.captured)::bigint - h.royalty_reversed;
  t.key := c.key || '/royalty';
  e := ledger.move(e, t, 'royalty_reversal', 'creator:' || h.creator_id, 'revenue:' || h.action, reversed, NULL);
  UPDATE ledger.holds SET refunded = h.refunded + amount, royalty_reversed = h.royalty_reversed + reversed WHERE id = h.id;
  e.outcome := 'applied';
  e.reply := jsonb_build_object('holdId', h.id, 'refunded', amount, 'repaid', repaid);
  RETURN e;
END $$;

-- With `at_most_granted` what the payment has really granted, and has not been clawed back yet, is the limit and no refusal:
-- a grant may have brought less than was paid for.
CREATE OR REPLACE FUNCTION ledger.do_clawback(e ledger.effect, c ledger.command) RETURNS ledger.effect LANGUAGE plpgsql AS $$
DECLARE
  t ledger.entry := ledger.template(c);
  s ledger.shares;
  taken bigint;
BEGIN
  IF c.at_most_granted THEN
    c.credits := coalesce((SELECT least(c.credits, p.granted - p.clawed) FROM ledger.payments p
      WHERE p.id = c.payment_id AND p.wallet_id = c.wallet_id), c.credits);
  END IF;
  taken := least(c.credits, (e.wallet).available);
  IF c.available_only AND taken < c.credits THEN
    e.outcome := 'adjustment_exceeds_available';
    e.reply := jsonb_build_object('required', c.credits, 'shortfall', c.credits - taken);
    RETURN e;
  END IF;
  IF c.payment_id IS NOT NULL THEN
    UPDATE ledger.payments SET clawed = clawed + c.credits
    WHERE id = c.payment_id AND wallet_id = c.wallet_id AND clawed + c.credits <= granted;
    IF NOT FOUND THEN
      e.outcome := 'clawback_exceeds_granted';
      RETURN e;
    END IF;
  END IF;
  IF taken > 0 THEN
    s := ledger.lots_to_burn(c.wallet_id, taken, c.payment_id);
    s := ledger.shift_lots(c.wallet_id, s, 'free', 'clawed', c.effective_at);
    e := ledger.move(e, t, 'clawback', 'available', 'clawed_back', taken, s);
  END IF;
  e := ledger.move(e, t, 'clawback', 'owed', 'clawed_back', c.credits - taken, NULL);
  INSERT INTO ledger.clawbacks (id, wallet_id, payment_id, credits, owed, lot_nos, lot_credits)
  VALUES (c.clawback_id, c.wallet_id, c.payment_id, c.credits, c.credits - taken,
    coalesce(s.lot_nos, '{}'), coalesce(s.credits, '{}'));
  e.outcome := 'applied';
  e.reply := jsonb_build_object('clawed', taken)
    || CASE WHEN c.at_most_granted THEN jsonb_build_object('credits', c.credits) ELSE '{}'::jsonb END;
  RETURN e;
END $$;

-- One command on one wallet, in the order of the switch.
CREATE OR REPLACE FUNCTION ledger.apply_one(w ledger.wallet, c ledger.command) RETURNS ledger.effect LANGUAGE plpgsql AS $$
DECLARE
  e ledger.effect := ROW(w, '{}', NULL, NULL)::ledger.effect;
BEGIN
  IF w.due_at <= c.effective_at THEN
    e := ledger.advance(e, c);
  END IF;
  IF c.allowances IS NOT NULL THEN
    e := ledger.grant_allowances(e, c);
  END IF;
  CASE c.op
    WHEN 'grant' THEN e := ledger.do_grant(e, c);
    WHEN 'admit' THEN e := ledger.do_admit(e, c);
    WHEN 'hold' THEN e := ledger.do_hold(e, c);
    WHEN 'settle', 'capture', 'void' THEN e := ledger.do_resolve(e, c);
    WHEN 'refund' THEN e := ledger.do_refund(e, c);
    WHEN 'clawback' THEN e := ledger.do_clawback(e, c);
    WHEN 'clawback_undo' THEN e := ledger.do_clawback_undo(e, c);
    WHEN 'expire' THEN e := ledger.do_expire(e, c);
  END CASE;
  IF e.outcome = 'applied' AND c.op IN ('refund', 'clawback_undo') THEN
    e := ledger.cap_allowances(e, c);
  END IF;
  IF e.outcome = 'applied' THEN
    e.wallet.effective_at := c.effective_at;
  END IF;
  RETURN e;
END $$;

-- The commands of a batch with what the decision needs, and `plain` for those of wallets with which `apply_batch` can
-- deal in memory: nothing but ordinary grants, holds, admissions and settlements, no key that is known or comes twice, nothing
-- owed, nothing that expires, nothing exclusive or free, no allowance that is still to be granted. Plain ones come wallet by
-- wallet, the others in the order given.
CREATE OR REPLACE FUNCTION ledger.read_batch(commands jsonb, ws ledger.wallet[])
RETURNS TABLE (ord integer, wallet integer, command ledger.command, known ledger.answer, is_known boolean, twin integer,
  plain boolean, opens boolean, hold ledger.hold, lot_nos integer[], sizes bigint[], lot_costs bigint[],
  lot_credits bigint[], consumed bigint[])
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH facts AS (
    SELECT x.ord::integer AS ord, c AS command, k.known, (k.known).key IS NOT NULL AS is_known, h.hold, t.*,
      dense_rank() OVER (ORDER BY c.wallet_id COLLATE "C")::integer AS wallet,
      (lag(x.ord) OVER (PARTITION BY c.key COLLATE "C" ORDER BY x.ord))::integer AS twin,
      (k.known).key IS NULL AND count(*) OVER (PARTITION BY c.key COLLATE "C") = 1
        AND (c.allowances IS NULL OR NOT EXISTS (
          SELECT FROM jsonb_array_elements(c.allowances) a
          WHERE NOT EXISTS (SELECT FROM ledger.commands k WHERE k.key = a ->> 'key')))
        AND CASE c.op
        WHEN 'admit' THEN c.refusal IS NULL AND c.exclusive IS NULL AND c.first_free IS NULL
        WHEN 'hold' THEN c.refusal IS NULL AND c.exclusive IS NULL AND c.first_free IS NULL AND c.capture IS NOT TRUE
          AND c.expires_at IS NULL AND c.credits > 0
        WHEN 'grant' THEN c.expires_at IS NULL AND c.allowance IS NULL
        WHEN 'settle' THEN (h.hold).wallet_id = c.wallet_id AND (h.hold).state = 'open' AND (h.hold).open = (h.hold).credits
          AND (h.hold).credits > 0 AND c.credits <= (h.hold).open AND coalesce(c.royalty, 0) = 0 AND NOT t.expiring
          AND count(*) OVER (PARTITION BY c.hold_id COLLATE "C") = 1
        ELSE false END IS TRUE AS plain,
      c.op = 'settle' AND c.credits < (h.hold).open AS releases
    FROM jsonb_array_elements(commands) WITH ORDINALITY x (value, ord)
      CROSS JOIN LATERAL jsonb_populate_record(NULL::ledger.command, x.value) c
      -- One row by its key: LIMIT keeps the planner from looking for another way when its statistics are old.
      LEFT JOIN LATERAL (
        SELECT ROW(o.key, o.fingerprint, o.wallet_id, o.op, o.outcome, o.available, o.held, o.owed, o.effective_at,
          o.reply)::ledger.answer AS known
        FROM ledger.commands o WHERE o.key = c.key LIMIT 1
      ) k ON true
      LEFT JOIN LATERAL (
        SELECT ROW(o.*)::ledger.hold AS hold FROM ledger.holds o WHERE c.op = 'settle' AND o.id = c.hold_id LIMIT 1
      ) h ON true
      LEFT JOIN LATERAL (
        SELECT array_agg(b.lot_no ORDER BY b.position) AS lot_nos, array_agg(b.credits::bigint ORDER BY b.position) AS sizes,
          array_agg(l.cost_minor::bigint ORDER BY b.position) AS lot_costs,
          array_agg(l.credits::bigint ORDER BY b.position) AS lot_credits,
          array_agg((l.credits - l.free - l.held)::bigint ORDER BY b.position) AS consumed, bool_or(l.expires_at IS NOT NULL) AS expiring
        FROM ledger.hold_lots b JOIN ledger.lots l ON l.wallet_id = (h.hold).wallet_id AND l.lot_no = b.lot_no
        WHERE b.hold_id = (h.hold).id
      ) t ON (h.hold).id IS NOT NULL
  ), judged AS (
    SELECT f.*, row_number() OVER one = 1 AS opens,
      bool_and(f.plain) OVER one_whole AND NOT (bool_or((f.command).op = 'hold') OVER one_whole AND bool_or(f.releases) OVER one_whole)
        AND (ws[f.wallet]).owed = 0 AND (ws[f.wallet]).due_at IS NULL AS easy
    FROM facts f WINDOW one AS (PARTITION BY f.wallet ORDER BY f.ord), one_whole AS (PARTITION BY f.wallet)
  )
  SELECT j.ord, j.wallet, j.command, j.known, j.is_known, j.twin, j.easy, j.opens, j.hold, j.lot_nos, j.sizes, j.lot_costs,
    j.lot_credits, j.consumed
  FROM judged j
  ORDER BY j.easy DESC, CASE WHEN j.easy THEN j.wallet END, j.ord;
END $$;

-- Writes what `apply_batch` has decided in memory for plain commands: holds, and what their rows did to lots and holds.
-- `fulfilled` are the settled holds whose work was done.
CREATE FUNCTION ledger.write_plain(granted ledger.lot[], placed ledger.hold[], rows ledger.entry[], fulfilled text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  settles boolean := cardinality(rows) > cardinality(placed) + cardinality(granted);
BEGIN
  IF cardinality(rows) = 0 THEN
    RETURN;
  END IF;
  IF cardinality(granted) > 0 THEN
    INSERT INTO ledger.lots (wallet_id, lot_no, grant_id, source, credits, free, cost_minor, currency, payment_id,
      subscription_id, order_id, granted_at)
    SELECT l.wallet_id, l.lot_no, l.grant_id, l.source, l.credits, l.free, l.cost_minor, l.currency, l.payment_id,
      l.subscription_id, l.order_id, l.granted_at
    FROM unnest(write_plain.granted) l;
    INSERT INTO ledger.payments AS p (id, wallet_id, granted)
    SELECT l.payment_id, l.wallet_id, sum(l.credits) FROM unnest(write_plain.granted) l WHERE l.payment_id IS NOT NULL
    GROUP BY l.payment_id, l.wallet_id
    ON CONFLICT (id) DO UPDATE SET granted = p.granted + EXCLUDED.granted;
  END IF;
  IF cardinality(placed) > 0 THEN
    INSERT INTO ledger.holds (id, wallet_id, action, spend_id, reference, credits, open, state, created_at)
    SELECT h.id, h.wallet_id, h.action, h.spend_id, h.reference, h.credits, h.open, 'open', h.created_at FROM unnest(placed) h;
    INSERT INTO ledger.hold_lots (hold_id, position, lot_no, credits)
    SELECT r.hold_id, t.position, t.lot_no, t.credits
    FROM unnest(rows) r CROSS JOIN unnest(r.lot_nos, r.lot_credits) WITH ORDINALITY t (lot_no, credits, position)
    WHERE r.code = 'hold';
  END IF;
  IF settles THEN
    UPDATE ledger.holds h SET
      open = 0, captured = s.captured, released = s.released, settled_at = s.at,
      state = CASE WHEN s.captured > 0 THEN 'captured' ELSE 'voided' END, fulfilled = h.id = ANY (write_plain.fulfilled)
    FROM (
      SELECT r.hold_id, min(r.effective_at) AS at, coalesce(sum(r.credits) FILTER (WHERE r.code = 'capture'), 0) AS captured,
        coalesce(sum(r.credits) FILTER (WHERE r.code = 'release'), 0) AS released
      FROM unnest(rows) r WHERE r.code IN ('capture', 'release') GROUP BY r.hold_id
    ) s
    WHERE h.id = s.hold_id;
    UPDATE ledger.hold_lots l SET captured = s.captured, released = s.released
    FROM (
      SELECT r.hold_id, t.lot_no, coalesce(sum(t.credits) FILTER (WHERE r.code = 'capture'), 0) AS captured,
        coalesce(sum(t.credits) FILTER (WHERE r.code = 'release'), 0) AS released
      FROM unnest(rows) r CROSS JOIN unnest(r.lot_nos, r.lot_credits) t (lot_no, credits)
      WHERE r.code IN ('capture', 'release') GROUP BY r.hold_id, t.lot_no
    ) s
    WHERE l.hold_id = s.hold_id AND l.lot_no = s.lot_no;
  END IF;
  UPDATE ledger.lots l SET
    free = l.free - s.taken + s.released, held = l.held + s.taken - s.captured - s.released, spent = l.spent + s.captured
  FROM (
    SELECT r.wallet_id, t.lot_no, coalesce(sum(t.credits) FILTER (WHERE r.code = 'hold'), 0) AS taken,
      coalesce(sum(t.credits) FILTER (WHERE r.code = 'capture'), 0) AS captured,
      coalesce(sum(t.credits) FILTER (WHERE r.code = 'release'), 0) AS released
    FROM unnest(rows) r CROSS JOIN unnest(r.lot_nos, r.lot_credits) t (lot_no, credits)
    WHERE r.code <> 'grant'
    GROUP BY r.wallet_id, t.lot_no
  ) s
  WHERE l.wallet_id = s.wallet_id AND l.lot_no = s.lot_no;
END $$;

-- Applies commands and answers each, as if one by one in the order given; all of them or, on an error, none. A known key
-- gets its recorded outcome; what is refused is recorded as well; only `admitted`, `already_held` and a reused key leave no trace.
-- Wallets with nothing but plain commands are decided in memory and written in bulk, the others statement by statement.
CREATE OR REPLACE FUNCTION ledger.apply_batch(commands jsonb)
RETURNS TABLE (ord integer, outcome text, replayed boolean, available bigint, held bigint, owed bigint,
  effective_at timestamptz, reply jsonb)
LANGUAGE plpgsql SECURITY DEFINER
-- Every access is by a key: no plan may depend on how small a table once was.
SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off
SET enable_mergejoin = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
  ws ledger.wallet[] := ledger.lock_wallets(commands);
  w ledger.wallet;
  c ledger.command;
  e ledger.effect;
  s ledger.shares;
  j ledger.entry;
  l ledger.lot;
  r record;
  known ledger.answer;
  rows ledger.entry[] := '{}';
  -- By ord: the recorded command, and the ord under which its key was recorded (null: not recorded).
  answers ledger.answer[] := '{}';
  recorded integer[] := '{}';
  -- What plain commands have made, and of the plain wallet at hand: its lots in the order in which they burn (null: not
  -- read yet) and, by lot, what has been captured of it so far.
  plain_rows ledger.entry[] := '{}';
  granted ledger.lot[] := '{}';
  placed ledger.hold[] := '{}';
  fulfilled text[] := '{}';
  burn ledger.lot[];
  captured bigint[];
  wanted bigint;
  size bigint;
BEGIN
  -- A statement of its own: it sees what those have committed whose locks have been waited for.
  FOR r IN SELECT * FROM ledger.read_batch(commands, ws) LOOP
    c := r.command;
    w := ws[r.wallet];
    c.effective_at := greatest(c.effective_at, w.effective_at);
    known := CASE WHEN r.is_known THEN r.known ELSE answers[recorded[r.twin]] END;
    recorded[r.ord] := recorded[r.twin];
    replayed := known.fingerprint = c.fingerprint AND known.wallet_id = c.wallet_id;
    IF known.key IS NOT NULL AND NOT replayed THEN
      known := ROW(c.key, c.fingerprint, c.wallet_id, c.op, 'idempotency_key_reused', w.available, w.held, w.owed,
        c.effective_at, NULL)::ledger.answer;
    ELSIF known.key IS NULL THEN
      IF r.plain THEN
        e := ROW(w, '{}', NULL, NULL)::ledger.effect;
        s := ROW('{}', '{}', '{}', NULL)::ledger.shares;
        IF r.opens THEN
          burn := NULL;
          captured := '{}';
        END IF;
        IF burn IS NULL AND c.op IN ('grant', 'hold') THEN
          burn := ARRAY(
            SELECT ROW(l.wallet_id, l.lot_no, l.grant_id, l.source, l.credits, l.free, l.cost_minor, l.currency,
              l.payment_id, l.subscription_id, l.order_id, l.granted_at)::ledger.lot
            FROM ledger.lots l WHERE l.wallet_id = c.wallet_id AND l.spendable
            ORDER BY l.expires_at, l.cost_minor > 0, l.granted_at, l.grant_id);
        END IF;
        IF c.op = 'grant' THEN
          l := ledger.lot_of(c, w.lots + 1);
          granted := granted || l;
          burn := ledger.insert_lot(burn, l);
          s := ROW(ARRAY[l.lot_no], ARRAY[c.credits], ARRAY[0], NULL)::ledger.shares;
        ELSIF c.op = 'settle' THEN
          IF coalesce(c.succeeded, c.credits > 0) THEN
            fulfilled := fulfilled || c.hold_id;
          END IF;
          s.lot_nos := r.lot_nos;
          s.credits := r.sizes;
          wanted := c.credits;
          FOR i IN 1..cardinality(r.lot_nos) LOOP
            size := r.consumed[i] + coalesce(captured[r.lot_nos[i]], 0);
            s.costs[i] := ledger.cost_of(r.lot_costs[i], r.lot_credits[i], size + least(wanted, r.sizes[i]))
              - ledger.cost_of(r.lot_costs[i], r.lot_credits[i], size);
            captured[r.lot_nos[i]] := coalesce(captured[r.lot_nos[i]], 0) + least(wanted, r.sizes[i]);
            wanted := greatest(wanted - r.sizes[i], 0);
          END LOOP;
        ELSIF w.available < c.credits THEN
          e := ledger.refuse_hold(e, c);
        ELSIF c.op = 'hold' THEN
          placed := placed || ledger.hold_of(c);
          wanted := c.credits;
          WHILE wanted > 0 LOOP
            l := burn[1];
            size := least(l.free, wanted);
            s.lot_nos := s.lot_nos || l.lot_no;
            s.credits := s.credits || size;
            s.costs := s.costs || 0::bigint;
            wanted := wanted - size;
            IF l.free = size THEN
              burn := burn[2:];
            ELSE
              burn[1].free := l.free - size;
            END IF;
          END LOOP;
        END IF;
        IF e.outcome IS NULL THEN
          e := ledger.decide_plain(e, c, s, r.hold);
        END IF;
        FOREACH j IN ARRAY e.rows LOOP
          plain_rows := plain_rows || j;
        END LOOP;
      ELSE
        e := ledger.apply_one(w, c);
        FOREACH j IN ARRAY e.rows LOOP
          rows := rows || j;
        END LOOP;
      END IF;
      IF e.outcome = 'applied' AND c.first_free IS NOT NULL AND e.reply ? 'free' THEN
        PERFORM ledger.write_records(c.records_if_free);
      ELSIF e.outcome = 'applied' AND c.records IS NOT NULL THEN
        PERFORM ledger.write_records(c.records);
      END IF;
      w := e.wallet;
      ws[r.wallet] := w;
      known := ROW(c.key, c.fingerprint, c.wallet_id, c.op, e.outcome, w.available, w.held, w.owed, c.effective_at,
        e.reply)::ledger.answer;
      IF e.outcome NOT IN ('admitted', 'already_held') THEN
        answers[r.ord] := known;
        recorded[r.ord] := r.ord;
      END IF;
    END IF;
    ord := r.ord;
    outcome := known.outcome;
    replayed := coalesce(replayed, false);
    available := known.available;
    held := known.held;
    owed := known.owed;
    effective_at := known.effective_at;
    reply := known.reply;
    RETURN NEXT;
  END LOOP;
  PERFORM ledger.write_plain(granted, placed, plain_rows, fulfilled);
  PERFORM ledger.write_batch(ws, rows || plain_rows, answers);
END $$;
