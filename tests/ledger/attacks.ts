/** A statement that must fail, and the constraint, index or trigger that refuses it when everything else would let it pass. */
export interface Attack {
  readonly on: string;
  readonly what: string;
  readonly sql: string;
}

/** The attacked wallet: 100 granted (lot 1), 40 of them in the open hold `hld_eve`, so two rows and 60 available. */
export const EVE = 'cus_eve';

interface Row {
  readonly seq?: number;
  readonly code?: string;
  readonly debit?: string;
  readonly credit?: string;
  readonly credits?: number;
  readonly available?: number;
  readonly held?: number;
  readonly owed?: number;
  readonly lots?: string;
  readonly flag?: 'resolves' | 'from_repaid';
  readonly at?: string;
}

/** Writes a journal row for Eve: unless told otherwise the well-formed next one, a hold of 10. */
function row(given: Row = {}): string {
  const { seq, code, debit, credit, credits, available, held, owed, lots, flag, at } = {
    ...{
      seq: 3,
      code: 'hold',
      debit: 'available',
      credit: 'held',
      credits: 10,
      available: 50,
      held: 50,
      owed: 0,
    },
    ...{ lots: `'{1}', '{${String(given.credits ?? 10)}}', '{0}'`, at: '2026-06-01' },
    ...given,
  };
  return `
    INSERT INTO ledger.journal (wallet_id, seq, code, debit, credit, credits, available, held, owed,
      lot_nos, lot_credits, lot_costs, command_key, key, hold_id, grant_id, effective_at ${flag === undefined ? '' : `, ${flag}`})
    VALUES ('${EVE}', ${seq}, '${code}', '${debit}', '${credit}', ${credits}, ${available}, ${held}, ${owed},
      ${lots}, 'attack', 'attack', 'hld_eve', 'grt_eve', '${at}' ${flag === undefined ? '' : ', true'});`;
}

function wallet(seq: number, available: number, held: number, owed = 0): string {
  return `UPDATE ledger.wallets SET seq = ${seq}, available = ${available}, held = ${held}, owed = ${owed} WHERE id = '${EVE}';`;
}

const NO_LOTS = `'{}', '{}', '{}'`;
const update = (table: string, change: string, where: string) =>
  `UPDATE ledger.${table} SET ${change} WHERE ${where}`;
const copy = (table: string, changes: Readonly<Record<string, unknown>>, where: string) =>
  `INSERT INTO ledger.${table} SELECT (jsonb_populate_record(t, '${JSON.stringify(changes)}')).* FROM ledger.${table} t WHERE ${where}`;
/** As `copy`, for a table with generated columns. */
const copyLot = (changes: Readonly<Record<string, unknown>>) => `
  INSERT INTO ledger.lots (wallet_id, lot_no, grant_id, source, credits, free, held, spent, cost_minor, granted_at, allowance,
    up_to)
  SELECT n.wallet_id, n.lot_no, n.grant_id, n.source, n.credits, n.free, n.held, n.spent, n.cost_minor, n.granted_at,
    n.allowance, n.up_to
  FROM ledger.lots t, jsonb_populate_record(t, '${JSON.stringify(changes)}') n WHERE t.grant_id = 'grt_eve'`;

const rollup = (sums: string) =>
  `INSERT INTO ledger.rollups VALUES ('2026-01-01', 'hold', 'available', 'held', ${sums})`;

const commandRollup = (sums: string) =>
  `INSERT INTO ledger.command_rollups VALUES ('2026-01-01', 'hold', 'applied', ${sums})`;

const costRollup = (granted: number) =>
  `INSERT INTO ledger.cost_rollups VALUES ('2026-01-01', 'grant', 'issued:plan', 'available', 'usd', ${String(granted)}, 0)`;

function attacks(on: string, list: Readonly<Record<string, string>>): readonly Attack[] {
  return Object.entries(list).map(([what, sql]) => ({ on, what, sql }));
}

const ROWS: readonly Attack[] = [
  ...attacks('journal_follows_wallet', {
    'a well-formed row beside the wallet': row(),
    'a row from the past': `${wallet(3, 50, 50)} ${row({ at: '2020-01-01' })}`,
  }),
  ...attacks('journal_predecessor', {
    'a row with an invented predecessor': `${wallet(3, 150, 50)} ${row({ available: 150 })}`,
    'a row after a gap': `${wallet(5, 50, 50)} ${row({ seq: 5 })}`,
  }),
  ...attacks('journal_state', {
    'a row with an invented predecessor': `${wallet(3, 150, 50)} ${row({ available: 150 })}`,
  }),
  ...attacks('journal_pkey', { 'a second row at the same place': row({ seq: 2, available: 90, held: 10 }) }),
  ...attacks('journal_opening', {
    'a row of no credits': `${wallet(3, 60, 40)} ${row({ credits: 0, available: 60, held: 40 })}`,
    'a wallet that opens with credits': `INSERT INTO ledger.wallets (id, seq, available, held, owed, effective_at)
      VALUES ('cus_new', 0, 5, 0, 0, now()); ${row({ seq: 0, available: 5 }).replace(EVE, 'cus_new')}`,
  }),
  ...attacks('journal_no_credit_past_a_debt', {
    'a debt beside credits, for a moment': `${wallet(4, 60, 40)}
      ${row({ code: 'clawback', debit: 'owed', credit: 'clawed_back', available: 60, held: 40, owed: 10, lots: NO_LOTS })}
      ${row({ seq: 4, code: 'clawback_undo', debit: 'clawed_back', credit: 'owed', available: 60, held: 40, lots: NO_LOTS })}`,
  }),
  ...attacks('journal_code', {
    'an unknown code': `${wallet(3, 50, 50)} ${row({ code: 'gift' })}`,
    'a grant from nowhere': `${wallet(3, 70, 40)}
      ${row({ code: 'grant', debit: 'issued:nowhere', credit: 'available', available: 70, held: 40 })}`,
    'a capture out of what is available': `${wallet(3, 50, 40)}
      ${row({ code: 'capture', credit: 'revenue:x', held: 40 })}`,
  }),
  ...attacks('journal_lots', {
    'a lot that does not add up': `${wallet(3, 50, 50)} ${row({ lots: `'{1}', '{3}', '{0}'` })}`,
    'a movement without lots': `${wallet(3, 50, 50)} ${row({ lots: NO_LOTS })}`,
    'lists of different lengths': `${wallet(3, 50, 50)} ${row({ lots: `'{1}', '{10}', '{}'` })}`,
  }),
  ...attacks('journal_from_repaid', {
    'a hold out of a debt': `${wallet(3, 50, 50)} ${row({ flag: 'from_repaid' })}`,
  }),
  ...attacks('journal_resolves', {
    'a hold that ends itself': `${wallet(3, 50, 50)} ${row({ flag: 'resolves' })}`,
  }),
  ...attacks('journal_one_resolution', {
    'a hold that ends twice': `${wallet(4, 70, 20)}
      ${row({ code: 'capture', debit: 'held', credit: 'revenue:x', available: 60, held: 30, flag: 'resolves' })}
      ${row({ seq: 4, code: 'release', debit: 'held', credit: 'available', available: 70, held: 20, flag: 'resolves' })}`,
  }),
  ...attacks('journal_append_only', {
    'a changed row': update('journal', `reason = 'x'`, `wallet_id = '${EVE}'`),
    'a deleted row': `DELETE FROM ledger.journal WHERE wallet_id = '${EVE}' AND seq = 1`,
    'an emptied journal': 'TRUNCATE ledger.journal CASCADE',
  }),
];

const WALLETS: readonly Attack[] = [
  ...attacks('wallets_last_row', {
    'a credit more available': update('wallets', 'available = available + 1', `id = '${EVE}'`),
    'held made available': update('wallets', 'available = 100, held = 0', `id = '${EVE}'`),
    'a debt forgiven': update('wallets', 'seq = seq - 1', `id = '${EVE}'`),
    'a wallet without a journal': copy('wallets', { id: 'cus_new' }, `id = '${EVE}'`),
  }),
  ...attacks('wallets_no_credit_past_a_debt', {
    'a debt beside credits': `${wallet(2, 60, 40, 5)} ${wallet(2, 60, 40)}`,
  }),
  ...attacks('wallets_exact_sum', {
    'more credits than a number holds exactly': `${wallet(3, Number.MAX_SAFE_INTEGER, 40)} ${row({
      ...{ code: 'grant', debit: 'issued:promo', credit: 'available', held: 40 },
      ...{ credits: Number.MAX_SAFE_INTEGER - 60, available: Number.MAX_SAFE_INTEGER },
    })}`,
  }),
  ...attacks('wallets_pkey', { 'the same wallet twice': copy('wallets', {}, `id = '${EVE}'`) }),
  ...attacks('wallets_stay', {
    'a deleted wallet': `DELETE FROM ledger.wallets WHERE id = '${EVE}'`,
    'no wallets': 'TRUNCATE ledger.wallets',
  }),
  ...attacks('credits_check', {
    'less than nothing': update('wallets', 'held = -1', `id = '${EVE}'`),
    'a payment for less than nothing': update('payments', 'granted = -5, clawed = -5', `id = 'in_ada'`),
  }),
  ...attacks('id_check', { 'no id': copy('payments', { id: '' }, `id = 'in_ada'`) }),
];

const LOTS: readonly Attack[] = [
  ...attacks('lots_identity', {
    'a credit more free': update('lots', 'free = free + 1', `grant_id = 'grt_eve'`),
    'a lot of nothing': copyLot({ lot_no: 2, grant_id: 'grt_new', credits: 0, free: 0, held: 0 }),
  }),
  ...attacks('lots_number', { 'a lot before the first': copyLot({ lot_no: 0, grant_id: 'grt_new' }) }),
  ...attacks('lots_pkey', { 'two lots of one number': copyLot({ grant_id: 'grt_new' }) }),
  ...attacks('lots_grant', { 'the same grant twice': copyLot({ lot_no: 2 }) }),
  ...attacks('lots_source', {
    'an unknown source': copyLot({ lot_no: 2, grant_id: 'grt_new', source: 'luck' }),
  }),
  ...attacks('lots_cost', {
    'a cost in no currency': copyLot({ lot_no: 2, grant_id: 'grt_new', cost_minor: 5 }),
  }),
  ...attacks('lots_expired_after', {
    'an expiry without an end': update('lots', 'free = free - 1, expired = 1', `grant_id = 'grt_eve'`),
  }),
  ...attacks('lots_allowance', {
    'an allowance without a name': copyLot({ lot_no: 2, grant_id: 'grt_new', allowance: '' }),
  }),
  ...attacks('lots_up_to', {
    'more than the limit': copyLot({ lot_no: 2, grant_id: 'grt_new', allowance: 'daily', up_to: 99 }),
    'a limit of no allowance': copyLot({ lot_no: 2, grant_id: 'grt_new', up_to: 1000 }),
  }),
  ...attacks('lots_grant_stays', {
    'a limit lifted': update('lots', 'up_to = NULL', `grant_id = 'grt_daily_03-04'`),
    'a larger grant': update('lots', 'credits = credits + 5, free = free + 5', `grant_id = 'grt_eve'`),
    'a gift called paid': update('lots', `cost_minor = 500, currency = 'usd'`, `grant_id = 'grt_eve'`),
  }),
  ...attacks('lots_stay', {
    'a deleted lot': `DELETE FROM ledger.lots WHERE grant_id = 'grt_eve'`,
    'no lots': 'TRUNCATE ledger.lots',
  }),
];

const HOLDS: readonly Attack[] = [
  ...attacks('holds_pkey', { 'the same hold twice': copy('holds', {}, `id = 'hld_eve'`) }),
  ...attacks('holds_of_nobody', {
    'a hold for who is being erased': `
      INSERT INTO app.customers (id, external_id, created_at, erasing_at) VALUES ('${EVE}', 'eve', now(), now())
      ON CONFLICT (id) DO UPDATE SET erasing_at = now();
      ${copy('holds', { id: 'hld_ghost' }, `id = 'hld_eve'`)}`,
  }),
  ...attacks('holds_action', { 'a hold for nothing': update('holds', `action = ''`, `id = 'hld_eve'`) }),
  ...attacks('holds_identity', {
    'more captured than held': update('holds', 'captured = captured + 1', `id = 'hld_spd_four'`),
    'a larger hold': update('holds', 'open = open + 1', `id = 'hld_eve'`),
  }),
  ...attacks('holds_refund', {
    'more refunded than captured': update('holds', 'refunded = captured + 1', `id = 'hld_spd_four'`),
  }),
  ...attacks('holds_royalty', {
    'more royalty than captured': update('holds', 'royalty = captured + 1', `id = 'hld_spd_license'`),
    'more royalty reversed than booked': update('holds', 'royalty_reversed = 99', `id = 'hld_spd_license'`),
  }),
  ...attacks('holds_creator', {
    'a royalty for nobody': update('holds', 'royalty = 1', `id = 'hld_spd_four'`),
  }),
  ...attacks('holds_state_known', {
    'an unknown state': update('holds', `state = 'lost'`, `id = 'hld_spd_four'`),
  }),
  ...attacks('holds_state', {
    'an end with credits open': update('holds', `state = 'captured', fulfilled = true`, `id = 'hld_eve'`),
    'open again': update('holds', `state = 'open', settled_at = NULL`, `id = 'hld_spd_four'`),
  }),
  ...attacks('holds_exclusive', {
    'a second hold of a key': copy('holds', { id: 'hld_new' }, `id = 'hld_spd_license'`),
  }),
  ...attacks('holds_free', {
    'a free hold that costs something': copy('holds', { id: 'hld_new', free: true }, `id = 'hld_void'`),
  }),
  ...attacks('holds_fulfilled', {
    'work done before its end': update('holds', 'fulfilled = true', `id = 'hld_eve'`),
    'an end with nothing said of it': copy('holds', { id: 'hld_new', fulfilled: null }, `id = 'hld_void'`),
  }),
  ...attacks('holds_given_back', {
    'work given back that cost something': update('holds', `given_back = 'x'`, `id = 'hld_spd_four'`),
  }),
  ...attacks('holds_end', {
    'a spend with an end': update('holds', 'expires_at = now()', `id = 'hld_spd_four'`),
  }),
  ...attacks('holds_go_forward', {
    'a capture called a release': update(
      'holds',
      'captured = captured - 1, released = released + 1',
      `id = 'hld_spd_four'`,
    ),
    'a key given up': update('holds', 'exclusive = NULL', `id = 'hld_spd_license'`),
    'a free hold called paid': update('holds', 'free = false', `id = 'hld_spd_free'`),
    'work undone': update('holds', 'fulfilled = false', `id = 'hld_spd_four'`),
    'a refund taken back': update('holds', 'refunded = refunded - 1', `id = 'hld_spd_license'`),
    'a smaller hold': update('holds', 'credits = credits - 1, open = open - 1', `id = 'hld_eve'`),
  }),
  ...attacks('holds_stay', {
    'a deleted hold': `DELETE FROM ledger.holds WHERE id = 'hld_eve'`,
    'no holds': 'TRUNCATE ledger.holds',
  }),
  ...attacks('hold_lots_pkey', { 'the same place twice': copy('hold_lots', {}, `hold_id = 'hld_eve'`) }),
  ...attacks('hold_lots_position', {
    'a place before the first': copy('hold_lots', { position: 0 }, `hold_id = 'hld_eve'`),
  }),
  ...attacks('hold_lots_identity', {
    'more captured than taken': update('hold_lots', 'captured = credits + 1', `hold_id = 'hld_eve'`),
  }),
  ...attacks('hold_lots_refund', {
    'more refunded than captured': update('hold_lots', 'refunded = 1', `hold_id = 'hld_eve'`),
  }),
  ...attacks('hold_lots_go_forward', {
    'a capture called a release': update(
      'hold_lots',
      'captured = captured - 1, released = released + 1',
      `hold_id = 'hld_spd_four' AND captured > 0`,
    ),
    'a larger part': update('hold_lots', 'credits = credits + 1', `hold_id = 'hld_eve'`),
  }),
  ...attacks('hold_lots_stay', {
    'a deleted part': `DELETE FROM ledger.hold_lots WHERE hold_id = 'hld_eve'`,
    'no parts': 'TRUNCATE ledger.hold_lots',
  }),
];

const REST: readonly Attack[] = [
  ...attacks('commands_pkey', {
    'a key answered twice, and a second grant of one cycle': copy('commands', {}, `key = 'signup:${EVE}'`),
  }),
  ...attacks('commands_reply', {
    'an answer that is none': copy('commands', { key: 'x', reply: [] }, `key = 'signup:${EVE}'`),
  }),
  ...attacks('commands_append_only', {
    'a changed answer': update('commands', `outcome = 'insufficient_credits'`, `key = 'signup:${EVE}'`),
    'a forgotten answer': `DELETE FROM ledger.commands WHERE key = 'signup:${EVE}'`,
    'no answers': 'TRUNCATE ledger.commands',
  }),
  ...attacks('payments_pkey', { 'the same payment twice': copy('payments', {}, `id = 'in_ada'`) }),
  ...attacks('payments_clawed_within_granted', {
    'more clawed back than granted': update('payments', 'clawed = granted + 1', `id = 'in_ada'`),
  }),
  ...attacks('payments_stay', {
    'a deleted payment': `DELETE FROM ledger.payments WHERE id = 'in_ada'`,
    'no payments': 'TRUNCATE ledger.payments',
  }),
  ...attacks('clawbacks_pkey', { 'the same clawback twice': copy('clawbacks', {}, `id = 're_1'`) }),
  ...attacks('clawbacks_undone', {
    'more undone than taken': update('clawbacks', 'undone = credits + 1', `id = 're_1'`),
    'more debt undone than made': update('clawbacks', 'owed_undone = owed + 1', `id = 're_1'`),
  }),
  ...attacks('clawbacks_stay', {
    'a deleted clawback': `DELETE FROM ledger.clawbacks WHERE id = 're_1'`,
    'no clawbacks': 'TRUNCATE ledger.clawbacks',
  }),
  ...attacks('rollups_pkey', { 'the same sum twice': `${rollup('1, 1, 1')}; ${rollup('1, 1, 1')}` }),
  ...attacks('rollups_credits', { 'a sum below nothing': rollup('-1, 1, 1') }),
  ...attacks('rollups_rows', { 'a sum of no rows': rollup('1, 0, 1') }),
  ...attacks('rollups_digest', { 'a digest below nothing': rollup('1, 1, -1') }),
  ...attacks('command_rollups_pkey', {
    'the same commands twice': `${commandRollup('1, 1')}; ${commandRollup('1, 1')}`,
  }),
  ...attacks('command_rollups_rows', { 'a sum of no commands': commandRollup('0, 1') }),
  ...attacks('command_rollups_digest', { 'a digest below nothing': commandRollup('1, -1') }),
  ...attacks('cost_rollups_pkey', { 'the same cost twice': `${costRollup(1)}; ${costRollup(1)}` }),
  ...attacks('cost_rollups_granted', { 'a cost below nothing': costRollup(-1) }),
  ...attacks('rollup_position_pkey', {
    'two positions': `INSERT INTO ledger.rollup_position (rolled_up_to) VALUES ('1')`,
  }),
  ...attacks('rollup_position_single', {
    'another position': `INSERT INTO ledger.rollup_position (one, rolled_up_to) VALUES (false, '1')`,
  }),
];

export const ATTACKS: readonly Attack[] = [...ROWS, ...WALLETS, ...LOTS, ...HOLDS, ...REST];
