-- The only code that writes the ledger. One call takes an array of commands and answers each; src/ledger/README.md tells
-- what each operation means. The application may execute `apply_batch` alone; it runs as the owner.

-- Nothing of the wallet expires before this instant: no lot and no external hold. Null: nothing ever does.
ALTER TABLE ledger.wallets ADD COLUMN due_at timestamptz;

-- A command as src/ledger/command-row.ts writes it; what an operation does not use stays null.
CREATE TYPE ledger.command AS (
  op text,
  key text,
  fingerprint text,
  wallet_id text,
  effective_at timestamptz,
  credits bigint,
  reason text,
  grant_id text,
  source text,
  cost_minor bigint,
  currency text,
  expires_at timestamptz,
  payment_id text,
  subscription_id text,
  order_id text,
  hold_id text,
  action text,
  spend_id text,
  reference text,
  refusal jsonb,
  capture boolean,
  creator_id text,
  royalty bigint,
  license_of text,
  final boolean,
  expired boolean,
  refund_id text,
  clawback_id text,
  available_only boolean,
  records jsonb,
  records_if_licensed jsonb
);

-- The rows that a batch works on in memory. Not the tables' own row types: Postgres copies those with the text of every
-- constraint for each call.
CREATE TYPE ledger.wallet AS (
  id text,
  seq bigint,
  available bigint,
  held bigint,
  owed bigint,
  lots integer,
  effective_at timestamptz,
  due_at timestamptz
);
CREATE TYPE ledger.lot AS (
  wallet_id text,
  lot_no integer,
  grant_id text,
  source text,
  credits bigint,
  free bigint,
  cost_minor bigint,
  currency text,
  payment_id text,
  subscription_id text,
  order_id text,
  granted_at timestamptz
);
CREATE TYPE ledger.hold AS (
  id text,
  wallet_id text,
  action text,
  spend_id text,
  reference text,
  credits bigint,
  open bigint,
  captured bigint,
  released bigint,
  refunded bigint,
  creator_id text,
  royalty bigint,
  royalty_reversed bigint,
  state text,
  expires_at timestamptz,
  created_at timestamptz,
  settled_at timestamptz
);
CREATE TYPE ledger.entry AS (
  wallet_id text,
  seq bigint,
  code text,
  debit text,
  credit text,
  credits bigint,
  available bigint,
  held bigint,
  owed bigint,
  lot_nos integer[],
  lot_credits bigint[],
  lot_costs bigint[],
  from_repaid boolean,
  resolves boolean,
  command_key text,
  key text,
  hold_id text,
  spend_id text,
  grant_id text,
  order_id text,
  subscription_id text,
  reason text,
  effective_at timestamptz
);
CREATE TYPE ledger.answer AS (
  key text,
  fingerprint text,
  wallet_id text,
  op text,
  outcome text,
  available bigint,
  held bigint,
  owed bigint,
  effective_at timestamptz,
  reply jsonb
);

-- Credits of lots, and the cost that leaves deferred revenue with them. `expires_at`: the soonest end that was moved.
CREATE TYPE ledger.shares AS (lot_nos integer[], credits bigint[], costs bigint[], expires_at timestamptz);

-- What a command has done so far: the wallet after it, its rows, its answer.
CREATE TYPE ledger.effect AS (wallet ledger.wallet, rows ledger.entry[], outcome text, reply jsonb);

-- Which lots the next credits come out of, in the published order: earliest expiry first (none last), unpaid before paid,
-- oldest, id. A clawback takes from its payment's own lots before all others.
CREATE FUNCTION ledger.lots_to_burn(wallet text, wanted bigint, payment text DEFAULT NULL)
RETURNS ledger.shares LANGUAGE plpgsql STABLE AS $$
DECLARE
  s ledger.shares;
BEGIN
  SELECT array_agg(b.lot_no ORDER BY b.position), array_agg(least(b.free, wanted - b.before) ORDER BY b.position)
  INTO s.lot_nos, s.credits
  FROM (
    SELECT l.lot_no, l.free, row_number() OVER burn AS position, (sum(l.free) OVER burn)::bigint - l.free AS before
    FROM ledger.lots l
    WHERE l.wallet_id = wallet AND l.spendable
    WINDOW burn AS (ORDER BY (l.payment_id = payment) IS NOT TRUE, l.expires_at, l.cost_minor > 0, l.granted_at, l.grant_id)
  ) b
  WHERE b.before < wanted;
  RETURN s;
END $$;

-- Moves credits between two parts of lots: free, held, spent, repaid, expired, clawed. Credits that become free again in
-- a lot that has expired live seven more days (notes: a minimum life).
CREATE FUNCTION ledger.shift_lots(wallet text, s ledger.shares, part_from text, part_to text, at timestamptz)
RETURNS ledger.shares LANGUAGE plpgsql AS $$
DECLARE
  -- What is free or held is still deferred; everything else has been consumed.
  consuming integer := (part_to NOT IN ('free', 'held'))::integer - (part_from NOT IN ('free', 'held'))::integer;
BEGIN
  WITH moved AS (
    UPDATE ledger.lots l SET
      free = l.free + CASE 'free' WHEN part_to THEN m.credits WHEN part_from THEN -m.credits ELSE 0 END,
      held = l.held + CASE 'held' WHEN part_to THEN m.credits WHEN part_from THEN -m.credits ELSE 0 END,
      spent = l.spent + CASE 'spent' WHEN part_to THEN m.credits WHEN part_from THEN -m.credits ELSE 0 END,
      repaid = l.repaid + CASE 'repaid' WHEN part_to THEN m.credits WHEN part_from THEN -m.credits ELSE 0 END,
      expired = l.expired + CASE 'expired' WHEN part_to THEN m.credits WHEN part_from THEN -m.credits ELSE 0 END,
      clawed = l.clawed + CASE 'clawed' WHEN part_to THEN m.credits WHEN part_from THEN -m.credits ELSE 0 END,
      expires_at = CASE WHEN part_to = 'free' AND l.expires_at <= at THEN at + interval '7 days' ELSE l.expires_at END
    FROM unnest(s.lot_nos, s.credits) WITH ORDINALITY m (lot_no, credits, position)
    WHERE l.wallet_id = wallet AND l.lot_no = m.lot_no
    RETURNING m.position, l.expires_at, ledger.cost_of(l.cost_minor, l.credits, l.credits - l.free - l.held)
      - ledger.cost_of(l.cost_minor, l.credits, l.credits - l.free - l.held - consuming * m.credits) AS cost
  )
  SELECT array_agg(m.cost ORDER BY m.position), min(m.expires_at) INTO s.costs, s.expires_at FROM moved m;
  RETURN s;
END $$;

-- The cost of the first `consumed` credits of a lot, rounded down: parts add up to the whole, in whatever order they go.
CREATE FUNCTION ledger.cost_of(cost_minor bigint, credits bigint, consumed bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
  CASE WHEN cost_minor = 0 OR consumed = 0 THEN 0 ELSE div(cost_minor::numeric * consumed, credits)::bigint END;

-- Picks credits of a hold and books them on it: captures and releases from the front (the lots that burn first are
-- captured first), refunds from the back, so that what stays captured is what a smaller capture would have taken.
CREATE FUNCTION ledger.pick_from_hold(hold text, wanted bigint, purpose text) RETURNS ledger.shares LANGUAGE plpgsql AS $$
DECLARE
  s ledger.shares;
BEGIN
  WITH picked AS (
    SELECT p.position, p.lot_no, p.sequence, least(p.size, wanted - p.before) AS credits
    FROM (
      SELECT q.*, (sum(q.size) OVER (ORDER BY q.sequence))::bigint - q.size AS before
      FROM (
        SELECT h.position, h.lot_no,
          CASE WHEN purpose = 'refund' THEN -h.position ELSE h.position END AS sequence,
          CASE WHEN purpose = 'refund' THEN h.captured - h.refunded ELSE h.credits - h.captured - h.released END AS size
        FROM ledger.hold_lots h WHERE h.hold_id = hold
      ) q
    ) p
    WHERE p.size > 0 AND p.before < wanted
  ), booked AS (
    UPDATE ledger.hold_lots h SET
      captured = h.captured + CASE WHEN purpose = 'capture' THEN p.credits ELSE 0 END,
      released = h.released + CASE WHEN purpose = 'release' THEN p.credits ELSE 0 END,
      refunded = h.refunded + CASE WHEN purpose = 'refund' THEN p.credits ELSE 0 END
    FROM picked p WHERE h.hold_id = hold AND h.position = p.position
    RETURNING p.sequence, p.lot_no, p.credits
  )
  SELECT array_agg(b.lot_no ORDER BY b.sequence), array_agg(b.credits ORDER BY b.sequence) INTO s.lot_nos, s.credits
  FROM booked b;
  RETURN s;
END $$;

-- Adds one row to an effect and moves the wallet with it; nothing for zero credits. `t` holds what the rows of a command
-- have in common: the keys, the ids, the reason, the instant.
CREATE FUNCTION ledger.move(
  e ledger.effect, t ledger.entry, row_code text, row_debit text, row_credit text, amount bigint, s ledger.shares
) RETURNS ledger.effect LANGUAGE plpgsql AS $$
DECLARE
  w ledger.wallet := e.wallet;
BEGIN
  IF amount = 0 THEN
    RETURN e;
  END IF;
  w.seq := w.seq + 1;
  w.available := w.available + CASE 'available' WHEN row_credit THEN amount WHEN row_debit THEN -amount ELSE 0 END;
  w.held := w.held + CASE 'held' WHEN row_credit THEN amount WHEN row_debit THEN -amount ELSE 0 END;
  w.owed := w.owed + CASE 'owed' WHEN row_credit THEN -amount WHEN row_debit THEN amount ELSE 0 END;
  w.due_at := CASE WHEN row_credit = 'available' THEN least(w.due_at, s.expires_at) ELSE w.due_at END;
  t.wallet_id := w.id;
  t.seq := w.seq;
  t.code := row_code;
  t.debit := row_debit;
  t.credit := row_credit;
  t.credits := amount;
  t.available := w.available;
  t.held := w.held;
  t.owed := w.owed;
  t.lot_nos := coalesce(s.lot_nos, '{}');
  t.lot_credits := coalesce(s.credits, '{}');
  t.lot_costs := coalesce(s.costs, '{}');
  e.wallet := w;
  e.rows := e.rows || t;
  RETURN e;
END $$;

-- What the rows of a command have in common, before the ids of what it is about.
CREATE FUNCTION ledger.template(c ledger.command) RETURNS ledger.entry LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  t ledger.entry;
BEGIN
  t.command_key := c.key;
  t.key := c.key;
  t.reason := c.reason;
  t.effective_at := c.effective_at;
  t.from_repaid := false;
  t.resolves := false;
  RETURN t;
END $$;

-- Captures `captured` of an open hold, releases `released` (its debts first) and ends the hold in `end_state` when
-- nothing is left open or `final` is set. The keys are those of the rows.
CREATE FUNCTION ledger.resolve_hold(
  e ledger.effect, t ledger.entry, h ledger.hold, captured bigint, released bigint, end_state text,
  capture_key text, release_key text
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
    settled_at = CASE WHEN ends THEN t.effective_at END
  WHERE id = h.id;
  RETURN e;
END $$;

-- The artist's share, after the capture.
CREATE FUNCTION ledger.book_royalty(e ledger.effect, t ledger.entry, c ledger.command, h ledger.hold)
RETURNS ledger.effect LANGUAGE plpgsql AS $$
BEGIN
  IF c.royalty IS NULL OR c.royalty = 0 THEN
    RETURN e;
  END IF;
  UPDATE ledger.holds SET creator_id = c.creator_id, royalty = c.royalty WHERE id = h.id;
  t.hold_id := h.id;
  t.spend_id := h.spend_id;
  t.key := coalesce(h.spend_id, h.id) || '/royalty';
  RETURN ledger.move(e, t, 'royalty', 'revenue:' || h.action, 'creator:' || c.creator_id, c.royalty, NULL);
END $$;

-- Before a command looks at the wallet: what time has decided by its instant. Due lots expire, then due external holds
-- are released (into expired lots with a minimum life), all as rows of the command that came by.
CREATE FUNCTION ledger.advance(e ledger.effect, c ledger.command) RETURNS ledger.effect LANGUAGE plpgsql AS $$
DECLARE
  l record;
  h ledger.hold;
  t ledger.entry;
  s ledger.shares;
  wallet text := (e.wallet).id;
BEGIN
  FOR l IN SELECT * FROM ledger.lots WHERE wallet_id = wallet AND spendable AND expires_at <= c.effective_at ORDER BY lot_no LOOP
    t := ledger.template(c);
    t.key := 'expire:' || l.grant_id;
    t.grant_id := l.grant_id;
    t.order_id := l.order_id;
    t.subscription_id := l.subscription_id;
    t.reason := 'Credits expired';
    s := ledger.shift_lots(
      wallet, ROW(ARRAY[l.lot_no], ARRAY[l.free], NULL, NULL)::ledger.shares, 'free', 'expired', c.effective_at);
    e := ledger.move(e, t, 'expire', 'available', 'expired', l.free, s);
    e.wallet.effective_at := c.effective_at;
  END LOOP;
  FOR h IN SELECT * FROM ledger.holds
    WHERE wallet_id = wallet AND state = 'open' AND expires_at <= c.effective_at ORDER BY expires_at, id
  LOOP
    t := ledger.template(c);
    t.reason := 'Hold expired';
    e := ledger.resolve_hold(e, t, h, 0, h.open, 'expired', NULL, h.id || '/expire');
    e.wallet.effective_at := c.effective_at;
  END LOOP;
  e.wallet.due_at := least(
    (SELECT min(expires_at) FROM ledger.lots WHERE wallet_id = wallet AND expires_at > c.effective_at),
    (SELECT min(expires_at) FROM ledger.holds WHERE wallet_id = wallet AND state = 'open' AND expires_at > c.effective_at));
  RETURN e;
END $$;

CREATE FUNCTION ledger.do_grant(e ledger.effect, c ledger.command) RETURNS ledger.effect LANGUAGE plpgsql AS $$
DECLARE
  t ledger.entry := ledger.template(c);
  repaid bigint := least(c.credits, (e.wallet).owed);
  lot integer := (e.wallet).lots + 1;
  paid bigint := coalesce(c.cost_minor, 0);
BEGIN
  INSERT INTO ledger.lots (wallet_id, lot_no, grant_id, source, credits, free, repaid, cost_minor, currency, payment_id,
    subscription_id, order_id, granted_at, expires_at)
  VALUES (c.wallet_id, lot, c.grant_id, c.source, c.credits, c.credits - repaid, repaid, paid,
    CASE WHEN paid > 0 THEN c.currency END, c.payment_id, c.subscription_id, c.order_id, c.effective_at, c.expires_at);
  IF c.payment_id IS NOT NULL THEN
    INSERT INTO ledger.payments AS p (id, wallet_id, granted) VALUES (c.payment_id, c.wallet_id, c.credits)
    ON CONFLICT (id) DO UPDATE SET granted = p.granted + EXCLUDED.granted;
  END IF;
  e.wallet.lots := lot;
  e.wallet.due_at := least((e.wallet).due_at, c.expires_at);
  t.grant_id := c.grant_id;
  t.order_id := c.order_id;
  t.subscription_id := c.subscription_id;
  e := ledger.move(e, t, 'grant', 'issued:' || c.source, 'owed', repaid,
    ROW(ARRAY[lot], ARRAY[repaid], ARRAY[ledger.cost_of(paid, c.credits, repaid)], NULL)::ledger.shares);
  e := ledger.move(e, t, 'grant', 'issued:' || c.source, 'available', c.credits - repaid,
    ROW(ARRAY[lot], ARRAY[c.credits - repaid], ARRAY[0], NULL)::ledger.shares);
  e.outcome := 'applied';
  e.reply := jsonb_build_object('grantId', c.grant_id, 'repaid', repaid);
  RETURN e;
END $$;

-- The two refusals that `admit` and `hold` share; null when there is none.
CREATE FUNCTION ledger.refuse_hold(e ledger.effect, c ledger.command) RETURNS ledger.effect LANGUAGE plpgsql AS $$
BEGIN
  IF c.refusal IS NOT NULL THEN
    e.outcome := c.refusal ->> 'code';
    e.reply := jsonb_build_object('details', c.refusal -> 'details');
  ELSIF (e.wallet).available < c.credits THEN
    e.outcome := 'insufficient_credits';
    e.reply := jsonb_build_object('required', c.credits, 'shortfall', c.credits - (e.wallet).available);
  END IF;
  RETURN e;
END $$;

CREATE FUNCTION ledger.do_admit(e ledger.effect, c ledger.command) RETURNS ledger.effect LANGUAGE plpgsql AS $$
BEGIN
  IF c.license_of IS NULL OR ledger.find_license(c) IS NULL THEN
    e := ledger.refuse_hold(e, c);
  END IF;
  e.outcome := coalesce(e.outcome, 'admitted');
  RETURN e;
END $$;

CREATE FUNCTION ledger.find_license(c ledger.command) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT id FROM app.licenses WHERE image_id = c.license_of AND customer_id = c.wallet_id);
END $$;

CREATE FUNCTION ledger.do_hold(e ledger.effect, c ledger.command) RETURNS ledger.effect LANGUAGE plpgsql AS $$
DECLARE
  t ledger.entry := ledger.template(c);
  s ledger.shares;
  h ledger.hold;
  license text := CASE WHEN c.license_of IS NOT NULL THEN ledger.find_license(c) END;
BEGIN
  IF license IS NOT NULL THEN
    e.outcome := 'already_licensed';
    e.reply := jsonb_build_object('licenseId', license);
    PERFORM ledger.write_records(replace(c.records_if_licensed::text, '"$licenseId"', to_json(license)::text)::jsonb);
    RETURN e;
  END IF;
  e := ledger.refuse_hold(e, c);
  IF e.outcome IS NOT NULL THEN
    RETURN e;
  END IF;
  INSERT INTO ledger.holds (id, wallet_id, action, spend_id, reference, credits, open, state, expires_at, created_at)
  VALUES (c.hold_id, c.wallet_id, c.action, c.spend_id, c.reference, c.credits, c.credits, 'open', c.expires_at, c.effective_at)
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
  e.reply := jsonb_build_object('holdId', h.id);
  IF c.capture THEN
    e := ledger.resolve_hold(e, t, h, h.open, 0, 'captured', coalesce(h.spend_id, h.id) || '/capture', NULL);
    e := ledger.book_royalty(e, t, c, h);
    e.reply := e.reply || jsonb_build_object('captured', h.credits, 'released', 0);
  ELSE
    e.wallet.due_at := least((e.wallet).due_at, c.expires_at);
  END IF;
  RETURN e;
END $$;

-- The answer to whoever settled, captured or voided: what moved, and the hold as it is then.
CREATE FUNCTION ledger.resolved(h ledger.hold, captured bigint, released bigint, state text) RETURNS jsonb
LANGUAGE sql IMMUTABLE RETURN
  jsonb_build_object('holdId', (h).id, 'captured', captured, 'released', released, 'hold', jsonb_build_object(
    'status', state, 'captured', (h).captured + captured, 'released', (h).released + released));

-- settle, capture and void: the three ways to end a hold, or to take a part of it.
CREATE FUNCTION ledger.do_resolve(e ledger.effect, c ledger.command) RETURNS ledger.effect LANGUAGE plpgsql AS $$
DECLARE
  h ledger.hold;
  captured bigint;
  released bigint;
  base text;
  end_state text;
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
    end_state := CASE WHEN c.op = 'void' THEN CASE WHEN c.expired THEN 'expired' ELSE 'voided' END
                      WHEN h.captured + captured > 0 OR h.credits = 0 THEN 'captured' ELSE 'voided' END;
    e := ledger.resolve_hold(e, ledger.template(c), h, captured, released, end_state,
      CASE WHEN c.op = 'settle' THEN base || '/capture' ELSE base END,
      CASE WHEN c.op = 'void' THEN base ELSE base || '/release' END);
    e := ledger.book_royalty(e, ledger.template(c), c, h);
    e.outcome := 'applied';
    e.reply := ledger.resolved(h, captured, released, CASE WHEN h.open = captured + released THEN end_state ELSE 'open' END);
  END IF;
  RETURN e;
END $$;

CREATE FUNCTION ledger.do_refund(e ledger.effect, c ledger.command) RETURNS ledger.effect LANGUAGE plpgsql AS $$
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

CREATE FUNCTION ledger.do_clawback(e ledger.effect, c ledger.command) RETURNS ledger.effect LANGUAGE plpgsql AS $$
DECLARE
  t ledger.entry := ledger.template(c);
  s ledger.shares;
  taken bigint := least(c.credits, (e.wallet).available);
BEGIN
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
  e.reply := jsonb_build_object('clawed', taken);
  RETURN e;
END $$;

-- Gives back what a clawback took. Its debt goes first: what of it is still owed is forgiven, what lots have paid of it
-- meanwhile becomes free in them again. Then the lots it was taken from, which repay other debts first.
CREATE FUNCTION ledger.do_clawback_undo(e ledger.effect, c ledger.command) RETURNS ledger.effect LANGUAGE plpgsql AS $$
DECLARE
  t ledger.entry := ledger.template(c);
  b ledger.clawbacks;
  s ledger.shares;
  amount bigint;
  debt bigint;
  returned bigint;
  forgiven bigint;
  unpaid bigint;
  repaid bigint;
BEGIN
  SELECT * INTO b FROM ledger.clawbacks WHERE id = c.clawback_id AND wallet_id = c.wallet_id;
  amount := coalesce(c.credits, b.credits - b.undone);
  IF b.id IS NULL THEN
    e.outcome := 'clawback_not_found';
    RETURN e;
  ELSIF amount > b.credits - b.undone THEN
    e.outcome := 'clawback_exceeds_granted';
    e.reply := jsonb_build_object('required', amount, 'shortfall', amount - (b.credits - b.undone));
    RETURN e;
  END IF;
  debt := b.owed - b.owed_undone;
  returned := b.undone - b.owed_undone;
  forgiven := least(amount, debt, (e.wallet).owed);
  e := ledger.move(e, t, 'clawback_undo', 'clawed_back', 'owed', forgiven, NULL);
  -- Of its debt nothing is open any more, or nothing else is asked for.
  unpaid := CASE WHEN (e.wallet).owed = 0 THEN least(amount, debt) - forgiven ELSE 0 END;
  repaid := least(amount - forgiven - unpaid, (e.wallet).owed);
  IF repaid > 0 THEN
    s := ledger.shift_lots(c.wallet_id, ledger.part_of(b.lot_nos, b.lot_credits, returned, repaid), 'clawed', 'repaid', c.effective_at);
    e := ledger.move(e, t, 'clawback_undo', 'clawed_back', 'owed', repaid, s);
  END IF;
  IF unpaid > 0 THEN
    SELECT array_agg(l.lot_no ORDER BY l.lot_no), array_agg(l.repaid ORDER BY l.lot_no) INTO s.lot_nos, s.credits
    FROM ledger.lots l WHERE l.wallet_id = c.wallet_id AND l.repaid > 0;
    s := ledger.shift_lots(c.wallet_id, ledger.part_of(s.lot_nos, s.credits, 0, unpaid), 'repaid', 'free', c.effective_at);
    t.from_repaid := true;
    e := ledger.move(e, t, 'clawback_undo', 'clawed_back', 'available', unpaid, s);
    t.from_repaid := false;
  END IF;
  IF amount > forgiven + unpaid + repaid THEN
    s := ledger.part_of(b.lot_nos, b.lot_credits, returned + repaid, amount - forgiven - unpaid - repaid);
    s := ledger.shift_lots(c.wallet_id, s, 'clawed', 'free', c.effective_at);
    e := ledger.move(e, t, 'clawback_undo', 'clawed_back', 'available', amount - forgiven - unpaid - repaid, s);
  END IF;
  UPDATE ledger.clawbacks SET undone = undone + amount, owed_undone = owed_undone + forgiven + unpaid WHERE id = b.id;
  UPDATE ledger.payments SET clawed = clawed - amount WHERE id = b.payment_id;
  e.outcome := 'applied';
  e.reply := jsonb_build_object('clawed', amount, 'repaid', forgiven + repaid);
  RETURN e;
END $$;

-- The credits from `skipped` up to `skipped + wanted` of a list of shares.
CREATE FUNCTION ledger.part_of(lot_nos integer[], credits bigint[], skipped bigint, wanted bigint)
RETURNS ledger.shares LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  s ledger.shares;
BEGIN
  SELECT array_agg(p.lot_no ORDER BY p.position), array_agg(p.upto - p.since ORDER BY p.position) INTO s.lot_nos, s.credits
  FROM (
    SELECT n.lot_no, n.position,
      greatest((sum(n.credits) OVER (ORDER BY n.position))::bigint - n.credits, skipped) AS since,
      least((sum(n.credits) OVER (ORDER BY n.position))::bigint, skipped + wanted) AS upto
    FROM unnest(part_of.lot_nos, part_of.credits) WITH ORDINALITY n (lot_no, credits, position)
  ) p
  WHERE p.upto > p.since;
  RETURN s;
END $$;

-- `advance` has already done it when it was due: here it is only told.
CREATE FUNCTION ledger.do_expire(e ledger.effect, c ledger.command) RETURNS ledger.effect LANGUAGE plpgsql AS $$
DECLARE
  amount bigint := (SELECT sum(r.credits) FROM unnest(e.rows) r WHERE r.code = 'expire' AND r.grant_id = c.grant_id);
BEGIN
  e.outcome := CASE WHEN amount > 0 THEN 'applied' ELSE 'nothing_to_expire' END;
  e.reply := jsonb_build_object('grantId', c.grant_id, 'expired', coalesce(amount, 0));
  RETURN e;
END $$;

-- The rows of other tables that must be true together with a movement.
CREATE FUNCTION ledger.write_records(records jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF records IS NULL THEN
    RETURN;
  END IF;
  PERFORM app.record(r.value ->> 'kind', r.value -> 'row')
  FROM jsonb_array_elements(records) WITH ORDINALITY r (value, position) ORDER BY r.position;
END $$;

-- Locks the wallets of a batch in id order, the only order in which anybody locks them, and answers them in that order.
-- A wallet comes into being with its first command.
CREATE FUNCTION ledger.lock_wallets(commands jsonb) RETURNS ledger.wallet[] LANGUAGE plpgsql AS $$
DECLARE
  ids text[] := ARRAY(
    SELECT DISTINCT (x ->> 'wallet_id') COLLATE "C" AS id FROM jsonb_array_elements(commands) x ORDER BY id);
  ws ledger.wallet[];
BEGIN
  FOR attempt IN 1..2 LOOP
    ws := ARRAY(SELECT ROW(w.*)::ledger.wallet FROM ledger.wallets w WHERE w.id = ANY (ids) ORDER BY w.id FOR NO KEY UPDATE);
    EXIT WHEN cardinality(ws) = cardinality(ids);
    WITH opened AS (
      INSERT INTO ledger.wallets (id, seq, available, held, owed, effective_at)
      SELECT DISTINCT ON (x.value ->> 'wallet_id') x.value ->> 'wallet_id', 0, 0, 0, 0, (x.value ->> 'effective_at')::timestamptz
      FROM jsonb_array_elements(commands) WITH ORDINALITY x (value, ord)
      WHERE NOT EXISTS (SELECT FROM ledger.wallets w WHERE w.id = x.value ->> 'wallet_id')
      ORDER BY x.value ->> 'wallet_id', x.ord
      ON CONFLICT (id) DO NOTHING
      RETURNING wallets.id, wallets.effective_at
    )
    INSERT INTO ledger.journal (wallet_id, seq, code, debit, credit, credits, available, held, owed, lot_nos, lot_credits,
      lot_costs, command_key, key, effective_at)
    SELECT o.id, 0, 'open', 'none', 'none', 0, 0, 0, 0, '{}', '{}', '{}', 'open:' || o.id, 'open:' || o.id, o.effective_at
    FROM opened o;
  END LOOP;
  RETURN ws;
END $$;

-- One command on one wallet, in the order of the switch.
CREATE FUNCTION ledger.apply_one(w ledger.wallet, c ledger.command) RETURNS ledger.effect LANGUAGE plpgsql AS $$
DECLARE
  e ledger.effect := ROW(w, '{}', NULL, NULL)::ledger.effect;
BEGIN
  IF w.due_at <= c.effective_at THEN
    e := ledger.advance(e, c);
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
  IF e.outcome = 'applied' THEN
    e.wallet.effective_at := c.effective_at;
  END IF;
  RETURN e;
END $$;

-- The commands of a batch with what the decision needs, and `plain` for those of wallets with which `apply_batch` can
-- deal in memory: nothing but ordinary grants, holds, admissions and settlements, no key that is known or comes twice, nothing
-- owed, nothing that expires. Plain ones come wallet by wallet, the others in the order given.
CREATE FUNCTION ledger.read_batch(commands jsonb, ws ledger.wallet[])
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
      (k.known).key IS NULL AND count(*) OVER (PARTITION BY c.key COLLATE "C") = 1 AND CASE c.op
        WHEN 'admit' THEN c.refusal IS NULL AND c.license_of IS NULL
        WHEN 'hold' THEN c.refusal IS NULL AND c.license_of IS NULL AND c.capture IS NOT TRUE AND c.expires_at IS NULL
          AND c.credits > 0
        WHEN 'grant' THEN c.expires_at IS NULL
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

-- The lot of a plain grant.
CREATE FUNCTION ledger.lot_of(c ledger.command, lot_no integer) RETURNS ledger.lot LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  l ledger.lot;
BEGIN
  l.wallet_id := c.wallet_id;
  l.lot_no := lot_of.lot_no;
  l.grant_id := c.grant_id;
  l.source := c.source;
  l.credits := c.credits;
  l.free := c.credits;
  l.cost_minor := coalesce(c.cost_minor, 0);
  l.currency := CASE WHEN c.cost_minor > 0 THEN c.currency END;
  l.payment_id := c.payment_id;
  l.subscription_id := c.subscription_id;
  l.order_id := c.order_id;
  l.granted_at := c.effective_at;
  RETURN l;
END $$;

-- Lots in the order in which they burn, with another one in its place. None of them has an end, and no grant is older
-- than those before it, so it belongs near the end.
CREATE FUNCTION ledger.insert_lot(burn ledger.lot[], l ledger.lot) RETURNS ledger.lot[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  place integer := cardinality(burn) + 1;
  p ledger.lot;
BEGIN
  WHILE place > 1 LOOP
    p := burn[place - 1];
    EXIT WHEN (p.cost_minor > 0, p.granted_at, p.grant_id COLLATE "C") < (l.cost_minor > 0, l.granted_at, l.grant_id COLLATE "C");
    place := place - 1;
  END LOOP;
  RETURN burn[:place - 1] || l || burn[place:];
END $$;

-- A plain hold as it will be written.
CREATE FUNCTION ledger.hold_of(c ledger.command) RETURNS ledger.hold LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  h ledger.hold;
BEGIN
  h.id := c.hold_id;
  h.wallet_id := c.wallet_id;
  h.action := c.action;
  h.spend_id := c.spend_id;
  h.reference := c.reference;
  h.credits := c.credits;
  h.open := c.credits;
  h.created_at := c.effective_at;
  RETURN h;
END $$;

-- A plain grant, hold, admission or settlement in memory. `s` are the lots concerned: the new one, those that the hold
-- burns, or those of the settled hold with the cost that their capture takes along.
CREATE FUNCTION ledger.decide_plain(e ledger.effect, c ledger.command, s ledger.shares, h ledger.hold)
RETURNS ledger.effect LANGUAGE plpgsql AS $$
DECLARE
  t ledger.entry := ledger.template(c);
  captured ledger.shares;
BEGIN
  e.outcome := 'applied';
  CASE c.op
  WHEN 'admit' THEN
    e.outcome := 'admitted';
  WHEN 'grant' THEN
    t.grant_id := c.grant_id;
    t.order_id := c.order_id;
    t.subscription_id := c.subscription_id;
    e := ledger.move(e, t, 'grant', 'issued:' || c.source, 'available', c.credits, s);
    e.wallet.lots := s.lot_nos[1];
    e.reply := jsonb_build_object('grantId', c.grant_id, 'repaid', 0);
  WHEN 'hold' THEN
    t.hold_id := c.hold_id;
    t.spend_id := c.spend_id;
    e := ledger.move(e, t, 'hold', 'available', 'held', c.credits, s);
    e.reply := jsonb_build_object('holdId', c.hold_id);
  WHEN 'settle' THEN
    t.hold_id := h.id;
    t.spend_id := h.spend_id;
    t.key := coalesce(h.spend_id, h.id) || '/capture';
    t.resolves := c.credits = h.open;
    captured := s;
    IF c.credits < h.open THEN
      captured := ledger.part_of(s.lot_nos, s.credits, 0, c.credits);
      captured.costs := s.costs[:cardinality(captured.lot_nos)];
    END IF;
    e := ledger.move(e, t, 'capture', 'held', 'revenue:' || h.action, c.credits, captured);
    IF c.credits < h.open THEN
      s := ledger.part_of(s.lot_nos, s.credits, c.credits, h.open - c.credits);
      s.costs := array_fill(0::bigint, ARRAY[cardinality(s.lot_nos)]);
      t.key := coalesce(h.spend_id, h.id) || '/release';
      t.resolves := true;
      e := ledger.move(e, t, 'release', 'held', 'available', h.open - c.credits, s);
    END IF;
    e.reply := ledger.resolved(h, c.credits, h.open - c.credits, CASE WHEN c.credits > 0 THEN 'captured' ELSE 'voided' END);
  END CASE;
  e.wallet.effective_at := CASE WHEN c.op = 'admit' THEN (e.wallet).effective_at ELSE c.effective_at END;
  RETURN e;
END $$;

-- Writes what `apply_batch` has decided in memory for plain commands: holds, and what their rows did to lots and holds.
CREATE FUNCTION ledger.write_plain(granted ledger.lot[], placed ledger.hold[], rows ledger.entry[]) RETURNS void LANGUAGE plpgsql AS $$
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
      state = CASE WHEN s.captured > 0 THEN 'captured' ELSE 'voided' END
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

-- Writes what every batch ends with: the wallets, their new rows, the answers.
CREATE FUNCTION ledger.write_batch(ws ledger.wallet[], rows ledger.entry[], answers ledger.answer[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE ledger.wallets w SET
    seq = n.seq, available = n.available, held = n.held, owed = n.owed, lots = n.lots, effective_at = n.effective_at,
    due_at = n.due_at
  FROM unnest(ws) n WHERE w.id = n.id AND (w.seq, w.effective_at, w.due_at) IS DISTINCT FROM (n.seq, n.effective_at, n.due_at);
  IF cardinality(rows) > 0 THEN
    INSERT INTO ledger.journal (wallet_id, seq, code, debit, credit, credits, available, held, owed, lot_nos, lot_credits,
      lot_costs, from_repaid, resolves, command_key, key, hold_id, spend_id, grant_id, order_id, subscription_id, reason,
      effective_at)
    SELECT n.* FROM unnest(rows) n;
  END IF;
  IF cardinality(answers) > 0 THEN
    INSERT INTO ledger.commands (key, fingerprint, wallet_id, op, outcome, available, held, owed, effective_at, reply)
    SELECT n.* FROM unnest(answers) n WHERE n.key IS NOT NULL;
  END IF;
END $$;

-- Applies commands and answers each, as if one by one in the order given; all of them or, on an error, none. A known key
-- gets its recorded outcome; what is refused is recorded as well; only `admitted` and a reused key leave no trace.
-- Wallets with nothing but plain commands are decided in memory and written in bulk, the others statement by statement.
CREATE FUNCTION ledger.apply_batch(commands jsonb)
RETURNS TABLE (ord integer, outcome text, replayed boolean, available bigint, held bigint, owed bigint,
  effective_at timestamptz, reply jsonb)
LANGUAGE plpgsql SECURITY DEFINER
-- Every access is by a key: no plan may depend on how small a table once was.
SET search_path = '' SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off
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
      IF e.outcome = 'applied' AND c.records IS NOT NULL THEN
        PERFORM ledger.write_records(c.records);
      END IF;
      w := e.wallet;
      ws[r.wallet] := w;
      known := ROW(c.key, c.fingerprint, c.wallet_id, c.op, e.outcome, w.available, w.held, w.owed, c.effective_at,
        e.reply)::ledger.answer;
      IF e.outcome <> 'admitted' THEN
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
  PERFORM ledger.write_plain(granted, placed, plain_rows);
  PERFORM ledger.write_batch(ws, rows || plain_rows, answers);
END $$;
GRANT EXECUTE ON FUNCTION ledger.apply_batch TO scrip_app;
