-- The ledger's tables: whatever a wrong number would have to get past. src/ledger/README.md explains them in words;
-- 0005_ledger_functions.sql holds the only code that writes them.

-- Ids and keys compare byte by byte: faster than a language's rules, and the same on every server.
CREATE DOMAIN ledger.id AS text COLLATE "C" CHECK (VALUE <> '');
-- A whole number that JSON carries exactly.
CREATE DOMAIN ledger.credits AS bigint CHECK (VALUE BETWEEN 0 AND 9007199254740991);

-- Every command with its outcome, refusals included; looked up before anything else is asked.
CREATE TABLE ledger.commands (
  key ledger.id PRIMARY KEY,
  fingerprint text NOT NULL,
  wallet_id ledger.id NOT NULL,
  op text NOT NULL,
  outcome text NOT NULL,
  available ledger.credits NOT NULL,
  held ledger.credits NOT NULL,
  owed ledger.credits NOT NULL,
  effective_at timestamptz NOT NULL,
  -- The further fields of the reply; null when there are none.
  reply jsonb,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  -- Lets the roll-up read what has surely been committed, in order.
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  CONSTRAINT commands_reply CHECK (reply IS NULL OR jsonb_typeof(reply) = 'object')
);
CREATE INDEX commands_xid ON ledger.commands (xid);

-- One row is one debit and one credit of one positive number of credits, so an unbalanced movement cannot be written
-- down. It carries the wallet's three numbers after it; those before it follow from the movement itself (generated) and
-- must be those of its predecessor (foreign key): no running balance can be wrong. Row 0 opens a wallet.
CREATE TABLE ledger.journal (
  wallet_id ledger.id NOT NULL,
  seq bigint NOT NULL,
  code text NOT NULL,
  debit text COLLATE "C" NOT NULL,
  credit text COLLATE "C" NOT NULL,
  credits ledger.credits NOT NULL,
  available ledger.credits NOT NULL,
  held ledger.credits NOT NULL,
  owed ledger.credits NOT NULL,
  prev_seq bigint NOT NULL GENERATED ALWAYS AS (greatest(seq - 1, 0)) STORED,
  prev_available bigint NOT NULL GENERATED ALWAYS AS (
    available - CASE 'available' WHEN credit THEN credits WHEN debit THEN -credits ELSE 0 END) STORED,
  prev_held bigint NOT NULL GENERATED ALWAYS AS (
    held - CASE 'held' WHEN credit THEN credits WHEN debit THEN -credits ELSE 0 END) STORED,
  -- `owed` counts against the customer: what goes to it lessens it, what is taken from it adds to it.
  prev_owed bigint NOT NULL GENERATED ALWAYS AS (
    owed - CASE 'owed' WHEN credit THEN -credits WHEN debit THEN credits ELSE 0 END) STORED,
  -- The lots that the movement touched: number, credits, and the cost in minor units that left deferred revenue with
  -- them (negative when it comes back). Empty for what touches no lot (royalties, debts).
  lot_nos integer[] NOT NULL,
  lot_credits bigint[] NOT NULL,
  lot_costs bigint[] NOT NULL,
  -- Only with clawback_undo: the credits come back out of what a lot had paid towards the debt.
  from_repaid boolean NOT NULL DEFAULT false,
  -- True on the row that ends a hold.
  resolves boolean NOT NULL DEFAULT false,
  -- The command that caused the row, and the row's own business key (design: `{spend}/settle` makes `{spend}/capture`).
  command_key ledger.id NOT NULL,
  key ledger.id NOT NULL,
  hold_id ledger.id,
  spend_id ledger.id,
  grant_id ledger.id,
  order_id ledger.id,
  subscription_id ledger.id,
  reason text,
  effective_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  -- Lets the roll-up read what has surely been committed, in order.
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  PRIMARY KEY (wallet_id, seq),
  CONSTRAINT journal_state UNIQUE (wallet_id, seq, available, held, owed),
  CONSTRAINT journal_predecessor FOREIGN KEY (wallet_id, prev_seq, prev_available, prev_held, prev_owed)
    REFERENCES ledger.journal (wallet_id, seq, available, held, owed),
  CONSTRAINT journal_opening CHECK (CASE WHEN seq > 0 THEN credits > 0 AND code <> 'open' ELSE
    seq = 0 AND credits = 0 AND code = 'open' AND available = 0 AND held = 0 AND owed = 0 END),
  CONSTRAINT journal_no_credit_past_a_debt CHECK (available = 0 OR owed = 0),
  CONSTRAINT journal_code CHECK (CASE code
    WHEN 'open' THEN debit = 'none' AND credit = 'none'
    WHEN 'grant' THEN debit IN ('issued:plan', 'issued:add_on', 'issued:signup', 'issued:promo', 'issued:goodwill',
                                'issued:migration') AND credit IN ('available', 'owed') AND grant_id IS NOT NULL
    WHEN 'hold' THEN debit = 'available' AND credit = 'held' AND hold_id IS NOT NULL
    WHEN 'capture' THEN debit = 'held' AND credit LIKE 'revenue:_%' AND hold_id IS NOT NULL
    WHEN 'release' THEN debit = 'held' AND credit IN ('available', 'owed') AND hold_id IS NOT NULL
    WHEN 'royalty' THEN debit LIKE 'revenue:_%' AND credit LIKE 'creator:_%' AND hold_id IS NOT NULL
    WHEN 'royalty_reversal' THEN debit LIKE 'creator:_%' AND credit LIKE 'revenue:_%' AND hold_id IS NOT NULL
    WHEN 'refund' THEN debit LIKE 'revenue:_%' AND credit IN ('available', 'owed') AND hold_id IS NOT NULL
    WHEN 'clawback' THEN debit IN ('available', 'owed') AND credit = 'clawed_back'
    WHEN 'clawback_undo' THEN debit = 'clawed_back' AND credit IN ('available', 'owed')
    WHEN 'expire' THEN debit = 'available' AND credit = 'expired' AND grant_id IS NOT NULL
    ELSE false END),
  CONSTRAINT journal_lots CHECK (
    cardinality(lot_nos) = cardinality(lot_credits) AND cardinality(lot_nos) = cardinality(lot_costs)
    AND CASE WHEN code IN ('open', 'royalty', 'royalty_reversal') THEN cardinality(lot_nos) = 0
             WHEN cardinality(lot_nos) = 0 THEN code IN ('clawback', 'clawback_undo') AND 'owed' IN (debit, credit)
             WHEN cardinality(lot_nos) = 1 THEN lot_credits[1] = credits ELSE true END),
  CONSTRAINT journal_from_repaid CHECK (NOT from_repaid OR (code = 'clawback_undo' AND credit = 'available')),
  CONSTRAINT journal_resolves CHECK (NOT resolves OR code IN ('capture', 'release'))
);
CREATE UNIQUE INDEX journal_one_resolution ON ledger.journal (hold_id) WHERE resolves;
CREATE INDEX journal_effective ON ledger.journal USING brin (effective_at) WITH (autosummarize = on);
CREATE INDEX journal_xid ON ledger.journal (xid);

-- The customer's three numbers, and the only row that a command locks. No secondary index, so that every update stays
-- on its page. Its last journal row must say the same (checked at commit, because the wallet is written first).
CREATE TABLE ledger.wallets (
  id ledger.id PRIMARY KEY,
  seq bigint NOT NULL,
  available ledger.credits NOT NULL,
  held ledger.credits NOT NULL,
  owed ledger.credits NOT NULL,
  lots integer NOT NULL DEFAULT 0,
  effective_at timestamptz NOT NULL,
  CONSTRAINT wallets_no_credit_past_a_debt CHECK (available = 0 OR owed = 0),
  CONSTRAINT wallets_exact_sum CHECK (available + held <= 9007199254740991),
  CONSTRAINT wallets_last_row FOREIGN KEY (id, seq, available, held, owed)
    REFERENCES ledger.journal (wallet_id, seq, available, held, owed) DEFERRABLE INITIALLY DEFERRED
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);

-- A grant seen by where its credits are now.
CREATE TABLE ledger.lots (
  wallet_id ledger.id NOT NULL,
  lot_no integer NOT NULL CONSTRAINT lots_number CHECK (lot_no > 0),
  grant_id ledger.id NOT NULL CONSTRAINT lots_grant UNIQUE,
  source text NOT NULL CONSTRAINT lots_source
    CHECK (source IN ('plan', 'add_on', 'signup', 'promo', 'goodwill', 'migration')),
  credits ledger.credits NOT NULL,
  free ledger.credits NOT NULL,
  held ledger.credits NOT NULL DEFAULT 0,
  spent ledger.credits NOT NULL DEFAULT 0,
  repaid ledger.credits NOT NULL DEFAULT 0,
  expired ledger.credits NOT NULL DEFAULT 0,
  clawed ledger.credits NOT NULL DEFAULT 0,
  -- What was paid for the whole lot, in minor units; zero for what was given away.
  cost_minor ledger.credits NOT NULL,
  currency text,
  payment_id ledger.id,
  subscription_id ledger.id,
  order_id ledger.id,
  granted_at timestamptz NOT NULL,
  expires_at timestamptz,
  -- Indexed instead of `free`, whose every change would then cost an index entry.
  spendable boolean NOT NULL GENERATED ALWAYS AS (free > 0) STORED,
  PRIMARY KEY (wallet_id, lot_no),
  CONSTRAINT lots_identity CHECK (credits = free + held + spent + repaid + expired + clawed AND credits > 0),
  CONSTRAINT lots_cost CHECK ((cost_minor = 0) = (currency IS NULL)),
  CONSTRAINT lots_expired_after CHECK (expired = 0 OR expires_at IS NOT NULL)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX lots_spendable ON ledger.lots (wallet_id, lot_no) WHERE spendable;
CREATE INDEX lots_payment ON ledger.lots (payment_id) WHERE payment_id IS NOT NULL;
CREATE INDEX lots_expiry ON ledger.lots (expires_at) WHERE expires_at IS NOT NULL AND spendable;

-- Credits set aside, and what became of them. A spend's hold has no end of its own; an external one may have.
CREATE TABLE ledger.holds (
  id ledger.id PRIMARY KEY,
  wallet_id ledger.id NOT NULL,
  action text NOT NULL CONSTRAINT holds_action CHECK (action <> ''),
  spend_id ledger.id,
  reference text,
  credits ledger.credits NOT NULL,
  open ledger.credits NOT NULL,
  captured ledger.credits NOT NULL DEFAULT 0,
  released ledger.credits NOT NULL DEFAULT 0,
  refunded ledger.credits NOT NULL DEFAULT 0,
  creator_id ledger.id,
  royalty ledger.credits NOT NULL DEFAULT 0,
  royalty_reversed ledger.credits NOT NULL DEFAULT 0,
  state text NOT NULL CONSTRAINT holds_state_known CHECK (state IN ('open', 'captured', 'voided', 'expired')),
  expires_at timestamptz,
  created_at timestamptz NOT NULL,
  settled_at timestamptz,
  CONSTRAINT holds_identity CHECK (credits = open + captured + released),
  CONSTRAINT holds_refund CHECK (refunded <= captured),
  CONSTRAINT holds_royalty CHECK (royalty <= captured AND royalty_reversed <= royalty),
  CONSTRAINT holds_creator CHECK (royalty = 0 OR creator_id IS NOT NULL),
  CONSTRAINT holds_state CHECK (CASE WHEN state = 'open' THEN settled_at IS NULL AND (open > 0 OR credits = 0)
                                     ELSE settled_at IS NOT NULL AND open = 0 END),
  CONSTRAINT holds_end CHECK (expires_at IS NULL OR spend_id IS NULL)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX holds_open ON ledger.holds (wallet_id) WHERE state = 'open';
CREATE INDEX holds_due ON ledger.holds (expires_at) WHERE state = 'open' AND expires_at IS NOT NULL;

-- Which lots a hold took from, in the order of taking.
CREATE TABLE ledger.hold_lots (
  hold_id ledger.id NOT NULL,
  position integer NOT NULL CONSTRAINT hold_lots_position CHECK (position > 0),
  lot_no integer NOT NULL,
  credits ledger.credits NOT NULL,
  captured ledger.credits NOT NULL DEFAULT 0,
  released ledger.credits NOT NULL DEFAULT 0,
  refunded ledger.credits NOT NULL DEFAULT 0,
  PRIMARY KEY (hold_id, position),
  CONSTRAINT hold_lots_identity CHECK (captured + released <= credits AND credits > 0),
  CONSTRAINT hold_lots_refund CHECK (refunded <= captured)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);

-- What a payment has entitled to so far and what was taken back for it: never more than it gave.
CREATE TABLE ledger.payments (
  id ledger.id PRIMARY KEY,
  wallet_id ledger.id NOT NULL,
  granted ledger.credits NOT NULL,
  clawed ledger.credits NOT NULL DEFAULT 0,
  CONSTRAINT payments_clawed_within_granted CHECK (clawed <= granted)
);

-- A clawback: from which lots it took, how much became a debt, and how much of it was undone.
CREATE TABLE ledger.clawbacks (
  id ledger.id PRIMARY KEY,
  wallet_id ledger.id NOT NULL,
  payment_id ledger.id,
  credits ledger.credits NOT NULL,
  owed ledger.credits NOT NULL,
  owed_undone ledger.credits NOT NULL DEFAULT 0,
  undone ledger.credits NOT NULL DEFAULT 0,
  lot_nos integer[] NOT NULL,
  lot_credits bigint[] NOT NULL,
  CONSTRAINT clawbacks_undone CHECK (undone <= credits AND owed_undone <= owed AND owed <= credits AND owed_undone <= undone)
);
CREATE INDEX clawbacks_wallet ON ledger.clawbacks (wallet_id);

-- Sums of the journal by account, code and month, of everything before `rolled_up_to`: one writer (ledger.roll_up).
-- `digest` is the sum of a number for each row that changes with whatever the row says.
CREATE TABLE ledger.rollups (
  month date NOT NULL,
  code text NOT NULL,
  debit text COLLATE "C" NOT NULL,
  credit text COLLATE "C" NOT NULL,
  credits numeric NOT NULL CONSTRAINT rollups_credits CHECK (credits >= 0),
  rows bigint NOT NULL CONSTRAINT rollups_rows CHECK (rows > 0),
  digest numeric NOT NULL CONSTRAINT rollups_digest CHECK (digest >= 0),
  PRIMARY KEY (month, code, debit, credit)
);
-- The same of the commands, refusals included, of which nothing else tells.
CREATE TABLE ledger.command_rollups (
  month date NOT NULL,
  op text NOT NULL,
  outcome text NOT NULL,
  rows bigint NOT NULL CONSTRAINT command_rollups_rows CHECK (rows > 0),
  digest numeric NOT NULL CONSTRAINT command_rollups_digest CHECK (digest >= 0),
  PRIMARY KEY (month, op, outcome)
);
CREATE TABLE ledger.rollup_position (
  one boolean PRIMARY KEY DEFAULT true CONSTRAINT rollup_position_single CHECK (one),
  rolled_up_to xid8 NOT NULL
);
INSERT INTO ledger.rollup_position (rolled_up_to) VALUES ('0');

-- What the keys cannot say about new journal rows, asked once per statement: the wallet has already moved to them (so a
-- row written beside the wallet is refused), and time does not go back within a wallet.
CREATE FUNCTION ledger.check_journal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  offender record;
BEGIN
  SELECT n.wallet_id, n.seq, w.seq AS wallet_seq INTO offender
  FROM added n
    LEFT JOIN ledger.wallets w ON w.id = n.wallet_id
    LEFT JOIN ledger.journal p ON p.wallet_id = n.wallet_id AND p.seq = n.seq - 1
  WHERE (w.seq >= n.seq AND (n.seq = 0 OR p.effective_at <= n.effective_at)) IS NOT TRUE
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'journal row % of wallet % does not follow the wallet (at %)', offender.seq, offender.wallet_id,
      offender.wallet_seq USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'journal_follows_wallet';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER journal_follows_wallet AFTER INSERT ON ledger.journal
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger.check_journal();
ALTER TABLE ledger.journal ENABLE ALWAYS TRIGGER journal_follows_wallet;

-- History is only added to. ALWAYS: also for whoever sets session_replication_role.
CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  RAISE EXCEPTION '% on ledger.% is refused: the ledger is only added to', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME;
END $$;

CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.journal
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER commands_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.commands
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER wallets_stay BEFORE DELETE OR TRUNCATE ON ledger.wallets
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER lots_stay BEFORE DELETE OR TRUNCATE ON ledger.lots
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER holds_stay BEFORE DELETE OR TRUNCATE ON ledger.holds
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER hold_lots_stay BEFORE DELETE OR TRUNCATE ON ledger.hold_lots
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER payments_stay BEFORE DELETE OR TRUNCATE ON ledger.payments
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER clawbacks_stay BEFORE DELETE OR TRUNCATE ON ledger.clawbacks
  FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
ALTER TABLE ledger.journal ENABLE ALWAYS TRIGGER journal_append_only;
ALTER TABLE ledger.commands ENABLE ALWAYS TRIGGER commands_append_only;
ALTER TABLE ledger.wallets ENABLE ALWAYS TRIGGER wallets_stay;
ALTER TABLE ledger.lots ENABLE ALWAYS TRIGGER lots_stay;
ALTER TABLE ledger.holds ENABLE ALWAYS TRIGGER holds_stay;
ALTER TABLE ledger.hold_lots ENABLE ALWAYS TRIGGER hold_lots_stay;
ALTER TABLE ledger.payments ENABLE ALWAYS TRIGGER payments_stay;
ALTER TABLE ledger.clawbacks ENABLE ALWAYS TRIGGER clawbacks_stay;

GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO scrip_app;
