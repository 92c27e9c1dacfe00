/** A lie told by the database's superuser, and the row that the audit must name for it. */
export interface Lie {
  readonly told: string;
  readonly sql: string;
  readonly table: string;
  readonly id: string;
}

function lies(
  table: string,
  told: readonly (readonly [told: string, id: string, sql: string])[],
): readonly Lie[] {
  return told.map(([text, id, sql]) => ({ told: text, id, sql, table }));
}

const set = (table: string, change: string, where: string) => `UPDATE ${table} SET ${change} WHERE ${where}`;
const wallet = (change: string) => set('ledger.wallets', change, `id = 'cus_ada'`);
const journal = (change: string, where: string) => set('ledger.journal', change, where);
const lot = (change: string, grantId: string) => set('ledger.lots', change, `grant_id = '${grantId}'`);
const hold = (change: string, id: string) => set('ledger.holds', change, `id = '${id}'`);

/** A row of the same table with some columns changed: what is not named stays as it was. */
const copy = (table: string, changes: Readonly<Record<string, unknown>>, where: string) =>
  `INSERT INTO ${table} SELECT (jsonb_populate_record(t, '${JSON.stringify(changes)}')).* FROM ${table} t WHERE ${where}`;

const CAPTURE = `key = 'spd_four/capture'`;
const LAST_OF_ADA = `wallet_id = 'cus_ada' AND seq = (SELECT max(seq) FROM ledger.journal WHERE wallet_id = 'cus_ada')`;

/** The tellers have read the tables from left to right and thought of what each column could hide. */
export const LIES: readonly Lie[] = [
  ...lies('ledger.wallets', [
    ['a credit more available', 'cus_ada', wallet('available = available + 1')],
    ['a credit less available', 'cus_ada', wallet('available = available - 1')],
    ['held made available', 'cus_ada', wallet('available = available + held, held = 0')],
    ['a credit more held', 'cus_ada', wallet('held = held + 1')],
    ['a debt that nobody made', 'cus_ada', wallet('owed = 5')],
    ['a row skipped', 'cus_ada', wallet('seq = seq + 1')],
    ['a row forgotten', 'cus_ada', wallet('seq = seq - 1')],
    ['a lot more', 'cus_ada', wallet('lots = lots + 1')],
    ['time turned back', 'cus_ada', wallet(`effective_at = '2025-01-01'`)],
    ['a wallet gone', 'cus_ada', `DELETE FROM ledger.wallets WHERE id = 'cus_ada'`],
    ['a wallet from nowhere', 'cus_zoe', copy('ledger.wallets', { id: 'cus_zoe' }, `id = 'cus_ada'`)],
    [
      'an empty wallet from nowhere',
      'cus_zoe',
      copy('ledger.wallets', { id: 'cus_zoe', available: 0, held: 0 }, `id = 'cus_ada'`),
    ],
    [
      'an expiry never looked for',
      'cus_ada',
      `${lot(`expires_at = '2026-05-01'`, 'grt_in_ada')}; ${wallet('due_at = NULL')}`,
    ],
  ]),
  ...lies('ledger.journal', [
    ['a larger capture', 'cus_ada#4', journal('credits = credits + 1', CAPTURE)],
    ['a capture called a release', 'cus_ada#4', journal(`code = 'release'`, CAPTURE)],
    ['an unknown code', 'cus_ada#4', journal(`code = 'gift'`, CAPTURE)],
    ['an unknown account', 'cus_ada#4', journal(`credit = 'pocket'`, CAPTURE)],
    ['a grant from nowhere', 'cus_ada#1', journal(`debit = 'none'`, `key = 'signup:cus_ada'`)],
    ['another available', 'cus_ada#4', journal('available = available + 1', CAPTURE)],
    ['another held', 'cus_ada#4', journal('held = held + 1', CAPTURE)],
    ['another past', 'cus_ada#4', journal('prev_available = prev_available + 1', CAPTURE)],
    [
      'an opening under another key',
      'cus_ada#0',
      journal(`command_key = 'signup:cus_ada'`, `wallet_id = 'cus_ada' AND seq = 0`),
    ],
    ['another owed', 'cus_ada#4', journal('owed = owed + 1', CAPTURE)],
    ['a negative number', 'cus_ada#4', journal('held = -4', CAPTURE)],
    ['another place in the chain', 'cus_ada#100', journal('seq = 100', CAPTURE)],
    ['a row in the middle gone', 'cus_ada#5', `DELETE FROM ledger.journal WHERE ${CAPTURE}`],
    ['a row twice', 'cus_ada#4', copy('ledger.journal', {}, CAPTURE)],
    ['a row taken back in time', 'cus_ada#4', journal(`effective_at = '2025-01-01'`, CAPTURE)],
    ['a row put off', 'cus_ada#5', journal(`effective_at = effective_at + interval '1 hour'`, CAPTURE)],
    ['a command that never was', 'cus_ada#4', journal(`command_key = 'nothing'`, CAPTURE)],
    ["somebody else's command", 'cus_ada#4', journal(`command_key = 'signup:cus_bob'`, CAPTURE)],
    ['a lot too few', 'cus_ada#4', journal(`lot_credits = '{2}'`, CAPTURE)],
    ['no lots', 'cus_ada#4', journal(`lot_nos = '{}', lot_credits = '{}', lot_costs = '{}'`, CAPTURE)],
    ['lots without costs', 'cus_ada#4', journal(`lot_costs = '{}'`, CAPTURE)],
    ['a resolution by a grant', 'cus_ada#1', journal('resolves = true', `key = 'signup:cus_ada'`)],
    ['a hold without its id', 'cus_ada#4', journal('hold_id = NULL', CAPTURE)],
    [
      'a well-formed row too many',
      'cus_ada#99',
      copy(
        'ledger.journal',
        {
          ...{
            seq: 99,
            code: 'grant',
            debit: 'issued:promo',
            credit: 'available',
            credits: 7,
            available: 2000,
          },
        },
        LAST_OF_ADA,
      ),
    ],
    ['a command forgotten', 'cus_ada#5', `DELETE FROM ledger.commands WHERE key = 'spd_four/settle'`],
    [
      'a command called refused',
      'cus_ada#5',
      set('ledger.commands', `outcome = 'hold_not_found'`, `key = 'spd_four/settle'`),
    ],
    [
      'another answer',
      'cus_ada#5',
      set('ledger.commands', 'available = available + 1', `key = 'spd_four/settle'`),
    ],
    [
      'an answer to somebody else',
      'cus_ada#5',
      set('ledger.commands', `wallet_id = 'cus_bob'`, `key = 'spd_four/settle'`),
    ],
    [
      'an answer at another time',
      'cus_ada#5',
      set('ledger.commands', `effective_at = '2026-01-02'`, `key = 'spd_four/settle'`),
    ],
  ]),
  ...lies('ledger.wallets', [
    ['the last row gone', 'cus_ada', `DELETE FROM ledger.journal WHERE ${LAST_OF_ADA}`],
    ['the first row gone', 'cus_ada', `DELETE FROM ledger.journal WHERE wallet_id = 'cus_ada' AND seq = 0`],
    ['a whole journal gone', 'cus_ada', `DELETE FROM ledger.journal WHERE wallet_id = 'cus_ada'`],
    [
      "a row moved to another wallet's end",
      'cus_bob',
      journal(`wallet_id = 'cus_bob', seq = 5`, LAST_OF_ADA),
    ],
    ['a lot gone', 'cus_ada', `DELETE FROM ledger.lots WHERE grant_id = 'grt_ord_ada'`],
    ['an open hold gone', 'cus_ada', `DELETE FROM ledger.holds WHERE id = 'hld_open'`],
    ['an open hold from nowhere', 'cus_ada', copy('ledger.holds', { id: 'hld_new' }, `id = 'hld_open'`)],
    ['a hold moved to somebody else', 'cus_bob', hold(`wallet_id = 'cus_bob'`, 'hld_open')],
    [
      'a debt forgiven in silence',
      'cus_carl',
      set('ledger.clawbacks', 'owed_undone = owed_undone + 1', `id = 're_1'`),
    ],
    [
      'a grant rewritten with everything after it',
      'cus_ada',
      `${journal('credits = 17', `key = 'signup:cus_ada'`)}; ${journal('available = available + 7', `wallet_id = 'cus_ada' AND seq > 0`)}`,
    ],
  ]),
  ...lies('ledger.lots', [
    ['a credit more free', 'grt_in_ada', lot('free = free + 1', 'grt_in_ada')],
    ['a larger grant', 'grt_in_ada', lot('credits = credits + 1, free = free + 1', 'grt_in_ada')],
    ['spent made free', 'grt_in_ada', lot('free = free + spent, spent = 0', 'grt_in_ada')],
    ['held by nobody', 'grt_in_ada', lot('held = held + 1, free = free - 1', 'grt_in_ada')],
    ['expired made free', 'grt_adj_1', lot('free = free + expired, expired = 0', 'grt_adj_1')],
    [
      'clawed back and given again',
      'grt_in_carl_1',
      lot('free = free + clawed, clawed = 0', 'grt_in_carl_1'),
    ],
    ['repaid made free', 'grt_in_carl_2', lot('free = free + repaid, repaid = 0', 'grt_in_carl_2')],
    ['a negative part', 'grt_in_ada', lot('free = free + 600, spent = spent - 600', 'grt_in_ada')],
    [
      'credits moved between lots',
      'grt_in_ada',
      `${lot('free = free - 1, spent = spent + 1', 'grt_in_ada')}; ${lot('free = free + 1, spent = spent - 1', 'grt_ord_ada')}`,
    ],
    ['another source', 'grt_signup_cus_ada', lot(`source = 'promo'`, 'grt_signup_cus_ada')],
    ['free, but not to be found', 'grt_in_ada', lot('spendable = false', 'grt_in_ada')],
    ['another grant id', 'grt_other', lot(`grant_id = 'grt_other'`, 'grt_in_ada')],
    ['another cost', 'grt_in_ada', lot('cost_minor = cost_minor + 1000', 'grt_in_ada')],
    ['a gift with a cost', 'grt_adj_1', lot(`cost_minor = 100, currency = 'usd'`, 'grt_adj_1')],
    ['another currency', 'grt_in_ada', lot(`currency = 'eur'`, 'grt_in_ada')],
    ['no payment', 'grt_in_ada', lot('payment_id = NULL', 'grt_in_ada')],
    ["somebody else's payment", 'grt_in_ada', lot(`payment_id = 'in_bob'`, 'grt_in_ada')],
    ['a payment for a gift', 'grt_adj_1', lot(`payment_id = 'in_ada'`, 'grt_adj_1')],
    ['another order', 'grt_ord_ada', lot(`order_id = 'ord_x'`, 'grt_ord_ada')],
    ['another subscription', 'grt_in_ada', lot(`subscription_id = 'sub_x'`, 'grt_in_ada')],
    ['another instant', 'grt_in_ada', lot(`granted_at = '2026-01-01'`, 'grt_in_ada')],
    ['a higher limit', 'grt_daily_03-05', lot('up_to = 50', 'grt_daily_03-05')],
    ['another allowance', 'grt_daily_03-04', lot(`allowance = 'weekly'`, 'grt_daily_03-04')],
    ['no allowance', 'grt_daily_03-04', lot('allowance = NULL, up_to = NULL', 'grt_daily_03-04')],
    ['more left than the limit', 'grt_daily_03-05', lot('free = free + 9', 'grt_daily_03-05')],
    ['an expiry without an end', 'grt_adj_1', lot('expires_at = NULL', 'grt_adj_1')],
    [
      'an expiry above a limit called one of time',
      'grt_daily_03-0',
      journal(`key = 'expire:' || grant_id`, `key = 'refund:rfd_dora/expire'`),
    ],
    [
      'an allowance that is said to have brought less',
      'grt_daily_03-04',
      set('ledger.commands', `reply = reply || '{"granted": 4}'`, `key = 'grant:cus_dora:daily:2026-03-04'`),
    ],
    [
      'a payment for what the day brought',
      'grt_daily_03-04',
      lot(`payment_id = 'in_dora_1'`, 'grt_daily_03-04'),
    ],
    [
      'a lot from nowhere',
      'grt_new',
      copy('ledger.lots', { grant_id: 'grt_new', lot_no: 9 }, `grant_id = 'grt_ord_ada'`),
    ],
    [
      'an empty lot from nowhere',
      'grt_new',
      copy(
        'ledger.lots',
        { grant_id: 'grt_new', lot_no: 9, free: 0, held: 0, spent: 1000 },
        `grant_id = 'grt_ord_ada'`,
      ),
    ],
    [
      'the same grant for somebody else',
      'grt_in_ada',
      copy('ledger.lots', { wallet_id: 'cus_zoe' }, `grant_id = 'grt_in_ada'`),
    ],
    [
      'the cost of a capture',
      'grt_in_ada',
      journal(`lot_costs = lot_costs[:1] || ARRAY[lot_costs[2] + 1]`, `key = 'spd_license/capture'`),
    ],
    [
      'lots of a movement exchanged',
      'grt_ord_ada',
      journal(
        `lot_nos = '{3}', lot_credits = ARRAY[credits], lot_costs = '{0}'`,
        `key = 'spd_license/capture'`,
      ),
    ],
    [
      'a key of the wrong kind',
      'grt_in_ada',
      `${journal(`command_key = 'gift:1'`, `grant_id = 'grt_in_ada'`)}; ${set('ledger.commands', `key = 'gift:1'`, `reply ->> 'grantId' = 'grt_in_ada'`)}`,
    ],
    [
      'the command of another operation',
      'grt_in_ada',
      set('ledger.commands', `op = 'hold'`, `reply ->> 'grantId' = 'grt_in_ada'`),
    ],
    ['a payment gone', 'grt_in_ada', `DELETE FROM app.payments WHERE id = 'in_ada'`],
    ['a smaller payment', 'grt_in_ada', set('app.payments', 'amount_minor = 1', `id = 'in_ada'`)],
    ['a payment for fewer credits', 'grt_in_ada', set('app.payments', 'credits = 1', `id = 'in_ada'`)],
    [
      'a payment by somebody else',
      'grt_in_ada',
      set('app.payments', `customer_id = 'cus_bob'`, `id = 'in_ada'`),
    ],
    ['the count of a payment gone', 'grt_in_ada', `DELETE FROM ledger.payments WHERE id = 'in_ada'`],
  ]),
  ...lies('ledger.holds', [
    ['a larger hold', 'hld_open', hold('credits = credits + 1, open = open + 1', 'hld_open')],
    ['more captured', 'hld_spd_four', hold('captured = 4, released = 0', 'hld_spd_four')],
    ['captured more than held', 'hld_spd_four', hold('captured = 9', 'hld_spd_four')],
    ['refunded more than captured', 'hld_spd_four', hold('refunded = 9', 'hld_spd_four')],
    ['a refund that never was', 'hld_spd_four', hold('refunded = 1', 'hld_spd_four')],
    ['a refund forgotten', 'hld_spd_license', hold('refunded = 0', 'hld_spd_license')],
    ['a royalty forgotten', 'hld_spd_license', hold('royalty = 0, royalty_reversed = 0', 'hld_spd_license')],
    ['a royalty for somebody else', 'hld_spd_license', hold(`creator_id = 'cus_carl'`, 'hld_spd_license')],
    ['free, though it cost something', 'hld_spd_four', hold('free = true', 'hld_spd_four')],
    ['free, though it was not', 'hld_spd_zero', hold('free = true', 'hld_spd_zero')],
    ['not free, though it was', 'hld_spd_free', hold('free = false', 'hld_spd_free')],
    ['done, though it is open', 'hld_open', hold('fulfilled = true', 'hld_open')],
    ['given back, though captured', 'hld_spd_four', hold(`given_back = 'refund:rfd_1'`, 'hld_spd_four')],
    ['given back by nobody', 'hld_spd_zero', hold(`given_back = 'refund:x'`, 'hld_spd_zero')],
    [
      "given back by another's refund",
      'hld_spd_zero',
      hold(`given_back = 'refund:rfd_free'`, 'hld_spd_zero'),
    ],
    ['a key held twice', 'hld_open', hold(`exclusive = 'license:img_bob'`, 'hld_open')],
    ['voided, though captured', 'hld_spd_four', hold(`state = 'voided'`, 'hld_spd_four')],
    ['voided, though expired', 'hld_late', hold(`state = 'voided'`, 'hld_late')],
    ['expired, though voided', 'hld_void', hold(`state = 'expired', expires_at = settled_at`, 'hld_void')],
    ['placed at another time', 'hld_spd_four', hold(`created_at = '2026-01-01'`, 'hld_spd_four')],
    ['settled at another time', 'hld_spd_four', hold(`settled_at = '2026-02-01'`, 'hld_spd_four')],
    ['open again', 'hld_void', hold(`state = 'open', settled_at = NULL`, 'hld_void')],
    [
      'settled without a row',
      'hld_open',
      hold(`state = 'voided', settled_at = now(), released = released + open, open = 0`, 'hld_open'),
    ],
    ['expired without an end', 'hld_void', hold(`state = 'expired'`, 'hld_void')],
    ['for other work', 'hld_spd_four', hold(`action = 'train_model'`, 'hld_spd_four')],
    ['for another spend', 'hld_spd_four', hold(`spend_id = 'spd_license'`, 'hld_spd_four')],
    ['for no spend', 'hld_spd_four', hold(`spend_id = NULL`, 'hld_spd_four')],
    ['a spend with an end', 'hld_spd_four', hold(`expires_at = '2027-01-01'`, 'hld_spd_four')],
    ['a settled hold gone', 'hld_void', `DELETE FROM ledger.holds WHERE id = 'hld_void'`],
    ['a settled hold from nowhere', 'hld_new', copy('ledger.holds', { id: 'hld_new' }, `id = 'hld_void'`)],
    ['a resolution forgotten', 'hld_void', journal('resolves = false', `hold_id = 'hld_void'`)],
    [
      'a resolution too early',
      'hld_open',
      journal('resolves = true', `hold_id = 'hld_open' AND code = 'capture'`),
    ],
    ['no lots', 'hld_open', `DELETE FROM ledger.hold_lots WHERE hold_id = 'hld_open'`],
    ['a part of a lot', 'hld_open', set('ledger.hold_lots', 'credits = credits - 1', `hold_id = 'hld_open'`)],
    [
      'a capture by lot',
      'hld_spd_four',
      set('ledger.hold_lots', 'captured = 4, released = 0', `hold_id = 'hld_spd_four'`),
    ],
    [
      'a spend that is over',
      'hld_spd_running',
      set('app.spends', `status = 'failed', released = 12`, `id = 'spd_running'`),
    ],
    ['a spend gone', 'hld_spd_running', `DELETE FROM app.spends WHERE id = 'spd_running'`],
    [
      'nobody at work',
      'hld_spd_license',
      hold(`state = 'open', open = 1, settled_at = NULL`, 'hld_spd_license'),
    ],
  ]),
  ...lies('ledger.hold_lots', [
    ['from another lot', 'hld_void/', set('ledger.hold_lots', 'lot_no = 1', `hold_id = 'hld_void'`)],
    [
      'of no hold',
      'hld_none/1',
      copy('ledger.hold_lots', { hold_id: 'hld_none' }, `hold_id = 'hld_spd_four' AND position = 1`),
    ],
    [
      'of no hold, before all others',
      'a/1',
      copy('ledger.hold_lots', { hold_id: 'a' }, `hold_id = 'hld_spd_four' AND position = 1`),
    ],
  ]),
  ...lies('ledger.commands', [
    [
      'a grant that never was',
      'signup:cus_ada2',
      copy(
        'ledger.commands',
        { key: 'signup:cus_ada2', reply: { grantId: 'grt_x' } },
        `key = 'signup:cus_ada'`,
      ),
    ],
    [
      'a grant of nothing with a lot',
      'grant:cus_dora:daily:2026-03-06',
      set(
        'ledger.commands',
        `reply = reply || '{"grantId": "grt_x"}'`,
        `key = 'grant:cus_dora:daily:2026-03-06'`,
      ),
    ],
    [
      'a grant of nothing called something',
      'grant:cus_dora:daily:2026-03-06',
      set('ledger.commands', `reply = reply || '{"granted": 5}'`, `key = 'grant:cus_dora:daily:2026-03-06'`),
    ],
    [
      'a refund of nothing that gave nothing back',
      'refund:rfd_free',
      hold('given_back = NULL', 'hld_spd_free'),
    ],
    [
      'a hold that never was',
      'hold:x',
      copy('ledger.commands', { key: 'hold:x', reply: { holdId: 'hld_x' } }, `key = 'hold:hld_open'`),
    ],
    [
      "a grant in somebody else's name",
      'signup:cus_bob',
      set('ledger.commands', `wallet_id = 'cus_ada'`, `key = 'signup:cus_bob'`),
    ],
    [
      'a refusal with credits enough',
      'spd_greedy/refused',
      set('ledger.commands', `reply = '{"required": 1}'`, `key = 'spd_greedy/refused'`),
    ],
    [
      'a refusal called applied',
      'spd_greedy/refused',
      set('ledger.commands', `outcome = 'applied'`, `key = 'spd_greedy/refused'`),
    ],
  ]),
  ...lies('ledger.payments', [
    ['more entitled to', 'in_ada', set('ledger.payments', 'granted = granted + 1', `id = 'in_ada'`)],
    ['more clawed back', 'in_ada', set('ledger.payments', 'clawed = 1', `id = 'in_ada'`)],
    ['nothing clawed back', 'in_carl_1', set('ledger.payments', 'clawed = 0', `id = 'in_carl_1'`)],
    [
      'a grant of nothing called something',
      'in_dora_2',
      set('ledger.payments', 'granted = 5', `id = 'in_dora_2'`),
    ],
    ["somebody else's", 'in_ada', set('ledger.payments', `wallet_id = 'cus_bob'`, `id = 'in_ada'`)],
    ['for nothing', 'in_x', copy('ledger.payments', { id: 'in_x' }, `id = 'in_ada'`)],
    ['a clawback for no payment', 'in_carl_1', set('ledger.clawbacks', 'payment_id = NULL', `id = 're_1'`)],
  ]),
  ...lies('ledger.clawbacks', [
    ['one gone', 'cus_carl', `DELETE FROM ledger.clawbacks WHERE id = 're_1'`],
    [
      'a larger one',
      're_1',
      set('ledger.clawbacks', 'credits = credits + 1, owed = owed + 1', `id = 're_1'`),
    ],
    ['more undone', 're_1', set('ledger.clawbacks', 'undone = undone + 1', `id = 're_1'`)],
    ['fewer lots', 're_1', set('ledger.clawbacks', `lot_credits = '{1}'`, `id = 're_1'`)],
    ['other lots', 're_1', set('ledger.clawbacks', `lot_nos = '{7}'`, `id = 're_1'`)],
    [
      'a movement that no clawback made',
      're_1',
      set('ledger.clawbacks', 'credits = credits - 1', `id = 're_1'`),
    ],
  ]),
  ...lies('ledger.rollups', [
    [
      'more granted in a month',
      '2026-01 grant',
      set('ledger.rollups', 'credits = credits + 1', `code = 'grant' AND month = '2026-01-01'`),
    ],
    ['a month forgotten', '2026-02 ', `DELETE FROM ledger.rollups WHERE month = '2026-02-01'`],
    [
      'a movement between two sums',
      '2026-01 hold',
      journal(`effective_at = effective_at + interval '60 days'`, `key = 'spd_four/hold'`),
    ],
    ['another reason', '2026-01 capture', journal(`reason = 'A gift'`, CAPTURE)],
    ['recorded at another time', '2026-01 capture', journal(`recorded_at = '2026-01-01'`, CAPTURE)],
    [
      'a word in one row for a word in another',
      '2026-01 hold',
      journal(`reason = CASE seq WHEN 3 THEN 'b' ELSE 'a' END`, `wallet_id = 'cus_ada' AND code = 'hold'`),
    ],
  ]),
  ...lies('ledger.rollup_position', [
    [
      'a position that nobody has reached',
      'ahead',
      set('ledger.rollup_position', `rolled_up_to = '99999999999'`, 'one'),
    ],
  ]),
  ...lies('ledger.command_rollups', [
    [
      'a command more',
      '2026-01 settle applied',
      set('ledger.command_rollups', 'rows = rows + 1', `op = 'settle'`),
    ],
    ['a month forgotten', '2026-03 ', `DELETE FROM ledger.command_rollups WHERE month = '2026-03-01'`],
    [
      'another fingerprint',
      '2026-01 settle applied',
      set('ledger.commands', `fingerprint = 'x'`, `key = 'spd_four/settle'`),
    ],
    [
      'a refusal gone',
      '2026-03 hold insufficient_credits',
      `DELETE FROM ledger.commands WHERE key = 'spd_greedy/refused'`,
    ],
  ]),
  ...lies('ledger.cost_rollups', [
    [
      'more earned',
      '2026-01 capture held revenue:external usd',
      set('ledger.cost_rollups', 'left_minor = left_minor + 1', `code = 'capture'`),
    ],
  ]),
  ...lies('app.spends', [
    [
      'more captured than the hold',
      'spd_four',
      set('app.spends', 'captured = 4, released = 0', `id = 'spd_four'`),
    ],
    ['more reserved than the hold', 'spd_running', set('app.spends', 'reserved = 99', `id = 'spd_running'`)],
    [
      'running after its hold',
      'spd_four',
      set('app.spends', `status = 'running', captured = 0, released = 0`, `id = 'spd_four'`),
    ],
    [
      'over before its hold',
      'spd_running',
      set('app.spends', `status = 'canceled', released = 12`, `id = 'spd_running'`),
    ],
    ['failed, though done', 'spd_four', hold('fulfilled = false', 'hld_spd_four')],
    ["somebody else's", 'spd_four', set('app.spends', `customer_id = 'cus_bob'`, `id = 'spd_four'`)],
    ['without a hold', 'spd_new', copy('app.spends', { id: 'spd_new' }, `id = 'spd_four'`)],
  ]),
  ...lies('app.add_on_orders', [
    ['paid without credits', 'ord_new', copy('app.add_on_orders', { id: 'ord_new' }, `id = 'ord_ada'`)],
    [
      'credits without being paid',
      'ord_ada',
      set('app.add_on_orders', `status = 'pending'`, `id = 'ord_ada'`),
    ],
    ['fewer credits than ordered', 'ord_ada', set('app.add_on_orders', 'credits = 2000', `id = 'ord_ada'`)],
  ]),
  ...lies('app.payments', [
    ['a payment without credits', 'in_new', copy('app.payments', { id: 'in_new' }, `id = 'in_ada'`)],
    ['an order paid twice', 'cs_new', copy('app.payments', { id: 'cs_new' }, `id = 'cs_ada'`)],
  ]),
  ...lies('app.licenses', [
    ['cheaper than its spend', 'lic_ada', set('app.licenses', 'credits = 1', `id = 'lic_ada'`)],
    ['a key that nobody holds', 'lic_ada', hold('exclusive = NULL', 'hld_spd_license')],
    ['never paid for', 'lic_ada', set('app.licenses', `spend_id = 'spd_running'`, `id = 'lic_ada'`)],
    ["somebody else's", 'lic_ada', set('app.licenses', `customer_id = 'cus_bob'`, `id = 'lic_ada'`)],
  ]),
];
