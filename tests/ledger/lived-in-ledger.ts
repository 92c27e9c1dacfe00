import { Client } from 'pg';
import { credits } from '../../src/domain/credits';
import { instantOf, type Instant } from '../../src/domain/instants';
import type { Allowance, Ledger, LedgerCommand, StoreRecord } from '../../src/ledger/commands';

/** Noon UTC of a day, written `01-31`, in 2026. */
export function day(monthAndDay: string): Instant {
  return instantOf(Date.parse(`2026-${monthAndDay}T12:00:00Z`));
}

type Partially<Command> = Command extends LedgerCommand ? Omit<Command, 'fingerprint' | 'walletId'> : never;

/**
 * Who has lived in it: ada with a bit of everything, bob the artist, carl who was refunded after he had spent, dora who takes
 * what is given away.
 */
export const ADA = 'cus_ada';
export const BOB = 'cus_bob';
export const CARL = 'cus_carl';
export const DORA = 'cus_dora';

/** The spend whose hold is open, so that its workflow must be running. */
export const RUNNING_SPEND = 'spd_running';

/**
 * Fills an empty database with four customers' first quarter of 2026, in which every code of the journal occurs and
 * every table of the audit has rows. Everything goes through the ledger's function, as in production.
 */
export async function liveInLedger(ownerUrl: string, ledger: Ledger): Promise<void> {
  const owner = new Client({ connectionString: ownerUrl });
  await owner.connect();
  await owner.query(
    `INSERT INTO app.catalogs (version, document, published_at) VALUES ('test', '{}', '2026-01-01')`,
  );
  await owner.end();
  for (const [walletId, life] of [
    [BOB, bob],
    [ADA, ada],
    [CARL, carl],
    [DORA, dora],
  ] as const) {
    for (const command of life) {
      const { outcome } = await ledger.submit({ ...command, walletId, fingerprint: command.key });
      const expected = command.key.endsWith('/refused') ? 'insufficient_credits' : 'applied';
      if (outcome !== expected) throw new Error(`${command.key} of ${walletId} is ${outcome}`);
    }
  }
}

const bob: readonly Partially<LedgerCommand>[] = [
  signup(BOB),
  ...subscribed(BOB, 'sub_bob', 'in_bob', '01-01', 'usd'),
  hold('spd_bob', 1, '01-02', [spend(BOB, 'spd_bob', 'generate_images', 1, 0, 'reserved')]),
  settle('spd_bob', 1, '01-02', [
    spend(BOB, 'spd_bob', 'generate_images', 1, 1, 'succeeded'),
    record('model', {
      id: 'mdl_bob',
      owner_id: BOB,
      name: 'Bob',
      visibility: 'public',
      status: 'ready',
      version: 'v1',
    }),
    record('image', {
      ...{ id: 'img_bob', owner_id: BOB, model_id: 'mdl_bob', spend_id: 'spd_bob', position: 0 },
      ...{ visibility: 'public', width: 64, height: 64, object_key: 'img', rights: {} },
    }),
  ]),
];

const ada: readonly Partially<LedgerCommand>[] = [
  signup(ADA),
  ...subscribed(ADA, 'sub_ada', 'in_ada', '01-03', 'usd'),
  hold('spd_four', 4, '01-04', [spend(ADA, 'spd_four', 'generate_images', 4, 0, 'reserved')]),
  settle('spd_four', 3, '01-04', [spend(ADA, 'spd_four', 'generate_images', 4, 3, 'succeeded')]),
  {
    ...hold('spd_license', 100, '01-05', [
      spend(ADA, 'spd_license', 'license_image', 100, 100, 'succeeded'),
      record('license', {
        ...{ id: 'lic_ada', image_id: 'img_bob', customer_id: ADA, spend_id: 'spd_license' },
        ...{ terms: 'commercial', credits: 100 },
      }),
    ]),
    capture: true,
    exclusive: 'license:img_bob',
    royalty: { creatorId: BOB, credits: credits(30) },
  },
  {
    ...{
      op: 'refund',
      key: 'refund:rfd_1',
      refundId: 'rfd_1',
      holdId: 'hld_spd_license',
      credits: credits(40),
    },
    ...{ reason: 'Not as described', effectiveAt: day('02-02') },
  },
  {
    ...{
      op: 'grant',
      key: 'add_on:ord_ada',
      grantId: 'grt_ord_ada',
      source: 'add_on',
      credits: credits(1000),
    },
    ...{
      cost: { amountMinor: 4000, currency: 'eur' },
      expiresAt: null,
      reason: 'Add-on',
      effectiveAt: day('02-03'),
    },
    ...{ paymentId: 'cs_ada', orderId: 'ord_ada' },
    records: [
      record('add_on_order', {
        ...{
          id: 'ord_ada',
          customer_id: ADA,
          status: 'paid',
          pack: 'add_on_1000',
          quantity: 1,
          credits: 1000,
        },
        catalog_version: 'test',
      }),
      payment(ADA, 'cs_ada', 1000, 4000, 'eur', { order_id: 'ord_ada' }),
    ],
  },
  {
    ...{
      op: 'grant',
      key: 'adjustment:adj_1',
      grantId: 'grt_adj_1',
      source: 'goodwill',
      credits: credits(50),
    },
    ...{ cost: null, expiresAt: day('03-01'), reason: 'Sorry', effectiveAt: day('02-04') },
  },
  external('hld_open', 20, '02-05'),
  capture('hld_open', 'capture:hld_open:1', 5, '02-06'),
  external('hld_void', 7, '02-06'),
  {
    op: 'void',
    key: 'void:hld_void',
    holdId: 'hld_void',
    expired: false,
    reason: 'Void',
    effectiveAt: day('02-07'),
  },
  { ...external('hld_late', 9, '02-08'), expiresAt: day('02-20') },
  {
    ...{
      op: 'clawback',
      key: 'clawback:dp_1',
      clawbackId: 'dp_1',
      paymentId: 'in_ada',
      credits: credits(100),
    },
    ...{ availableOnly: false, reason: 'Disputed', effectiveAt: day('02-21') },
  },
  {
    ...{ op: 'clawback_undo', key: 'clawback_undo:dp_1', clawbackId: 'dp_1', credits: credits(60) },
    ...{ reason: 'Won in part', effectiveAt: day('02-25') },
  },
  // Comes by when the goodwill and the late hold are over.
  hold(RUNNING_SPEND, 12, '03-02', [spend(ADA, RUNNING_SPEND, 'generate_images', 12, 0, 'reserved')]),
  {
    ...{ op: 'hold', key: 'spd_greedy/refused', holdId: 'hld_greedy', credits: credits(1_000_000) },
    ...{ action: 'external', reason: 'Too much', effectiveAt: day('03-03') },
  },
];

const carl: readonly Partially<LedgerCommand>[] = [
  ...subscribed(CARL, 'sub_carl', 'in_carl_1', '01-10', 'usd'),
  { ...external('hld_carl', 300, '01-11'), capture: true },
  external('hld_carl_open', 50, '01-12'),
  {
    ...{
      op: 'clawback',
      key: 'clawback:re_1',
      clawbackId: 're_1',
      paymentId: 'in_carl_1',
      credits: credits(500),
    },
    ...{ availableOnly: false, reason: 'Refunded at Stripe', effectiveAt: day('02-10') },
  },
  {
    op: 'void',
    key: 'void:hld_carl',
    holdId: 'hld_carl_open',
    expired: false,
    reason: 'Void',
    effectiveAt: day('02-11'),
  },
  ...subscribed(CARL, 'sub_carl', 'in_carl_2', '02-12', 'usd'),
  {
    ...{ op: 'clawback_undo', key: 'clawback_undo:re_1', clawbackId: 're_1', credits: credits(200) },
    ...{ reason: 'The refund failed', effectiveAt: day('03-05') },
  },
];

const dora: readonly Partially<LedgerCommand>[] = [
  // The day brings five: three of them are spent, so the next day brings three and the third brings nothing.
  {
    ...external('hld_dora', 3, '03-04'),
    ...{ capture: true, allowances: [daily('03-04')] },
    records: [record('customer', { id: DORA, external_id: DORA })],
  },
  { ...external('hld_dora_open', 1, '03-05'), allowances: [daily('03-05')] },
  {
    ...{
      op: 'refund',
      key: 'refund:rfd_dora',
      refundId: 'rfd_dora',
      holdId: 'hld_dora',
      credits: credits(2),
    },
    ...{ reason: 'Sorry', effectiveAt: day('03-06'), allowances: [daily('03-06')] },
  },
  ...free('spd_free', '03-07'),
  {
    ...{ op: 'refund', key: 'refund:rfd_free', refundId: 'rfd_free', holdId: 'hld_spd_free', credits: null },
    ...{ reason: 'Not as described', effectiveAt: day('03-08') },
  },
  ...free('spd_free_again', '03-09'),
  {
    ...hold('spd_zero', 0, '03-10', [spend(DORA, 'spd_zero', 'generate_images', 0, 0, 'succeeded')]),
    capture: true,
  },
  // Two months up to 500 credits, of which the second brings none.
  ...['03-11', '03-12'].flatMap((from, index) =>
    subscribed(DORA, 'sub_dora', `in_dora_${String(index + 1)}`, from, 'usd').map((command) => ({
      ...command,
      ...{ allowance: 'monthly', upTo: credits(500) },
    })),
  ),
  {
    ...{ op: 'clawback', key: 'clawback:re_dora', clawbackId: 're_dora', paymentId: 'in_dora_2' },
    ...{ credits: credits(500), availableOnly: false, atMostGranted: true, reason: 'Refunded at Stripe' },
    effectiveAt: day('03-13'),
  },
];

/** Five credits a day up to five, for dora. */
function daily(monthAndDay: string): Allowance {
  return {
    ...{
      key: `grant:${DORA}:daily:2026-${monthAndDay}`,
      grantId: `grt_daily_${monthAndDay}`,
      allowance: 'daily',
    },
    ...{ credits: credits(5), upTo: credits(5), expiresAt: null, reason: 'Daily credits' },
  };
}

/** A spend of dora's that costs nothing while it is the first of its action. */
function free(id: string, at: string): readonly Partially<LedgerCommand>[] {
  const place = hold(id, 300, at, [spend(DORA, id, 'train_model', 300, 0, 'reserved')]);
  return [
    {
      ...{ ...place, action: 'train_model', firstFree: 1 },
      recordsIfFree: [spend(DORA, id, 'train_model', 0, 0, 'reserved')],
    },
    settle(id, 0, at, [spend(DORA, id, 'train_model', 0, 0, 'succeeded')]),
  ];
}

function record(kind: string, row: Record<string, unknown>): StoreRecord {
  return { kind, row: { created_at: day('01-01'), updated_at: day('01-01'), ...row } };
}

function signup(customerId: string): Partially<LedgerCommand> {
  return {
    ...{ op: 'grant', key: `signup:${customerId}`, grantId: `grt_signup_${customerId}`, source: 'signup' },
    ...{ credits: credits(10), cost: null, expiresAt: null, reason: 'Sign-up', effectiveAt: day('01-01') },
    records: [record('customer', { id: customerId, external_id: customerId })],
  };
}

/** One paid month of a plan: 500 credits for 25.01, so that the cost does not divide evenly. */
function subscribed(
  customerId: string,
  subscription: string,
  invoice: string,
  from: string,
  currency: string,
): readonly Partially<LedgerCommand>[] {
  return [
    {
      ...{
        op: 'grant',
        key: `cycle:${subscription}:0:${day(from)}`,
        grantId: `grt_${invoice}`,
        source: 'plan',
      },
      ...{
        credits: credits(500),
        cost: { amountMinor: 2501, currency },
        expiresAt: null,
        reason: 'Standard',
      },
      ...{ effectiveAt: day(from), paymentId: invoice, subscriptionId: subscription },
      records: [
        record('customer', { id: customerId, external_id: customerId }),
        record('subscription', {
          ...{
            id: subscription,
            customer_id: customerId,
            plan: 'standard',
            interval: 'month',
            status: 'active',
          },
          ...{
            collection: 'checkout',
            catalog_version: 'test',
            anchor_at: day(from),
            paid_through: day('12-31'),
          },
        }),
        payment(customerId, invoice, 500, 2501, currency, {
          ...{
            subscription_id: subscription,
            plan: 'standard',
            period_start: day(from),
            period_end: day('12-31'),
          },
        }),
      ],
    },
  ];
}

function payment(
  customerId: string,
  id: string,
  granted: number,
  amountMinor: number,
  currency: string,
  row: Record<string, unknown>,
): StoreRecord {
  return record('payment', {
    ...{
      id,
      customer_id: customerId,
      credits: granted,
      amount_minor: amountMinor,
      currency,
      paid_at: day('01-01'),
    },
    ...row,
  });
}

function hold(spendId: string, amount: number, at: string, records: readonly StoreRecord[]) {
  return {
    ...{ op: 'hold' as const, key: `${spendId}/hold`, holdId: `hld_${spendId}`, credits: credits(amount) },
    ...{ action: 'generate_images', spendId, reason: 'Work', effectiveAt: day(at), records },
  };
}

function settle(
  spendId: string,
  captured: number,
  at: string,
  records: readonly StoreRecord[],
): Partially<LedgerCommand> {
  return {
    ...{ op: 'settle', key: `${spendId}/settle`, holdId: `hld_${spendId}`, credits: credits(captured) },
    ...{ succeeded: true, reason: 'Delivered', effectiveAt: day(at), records },
  };
}

function spend(
  customerId: string,
  id: string,
  action: string,
  reserved: number,
  captured: number,
  status: string,
): StoreRecord {
  return record('spend', {
    ...{
      id,
      customer_id: customerId,
      action,
      input: {},
      runs: 'provider',
      deadline_at: day('12-31'),
      status,
      unit_credits: 1,
      quantity: Math.max(reserved, 1),
      reserved,
    },
    ...{ captured, released: status === 'reserved' ? 0 : reserved - captured },
    ...{ catalog_version: 'test', rights: {}, workflow_id: `spend/${id}` },
  });
}

function external(holdId: string, amount: number, at: string) {
  return {
    ...{ op: 'hold' as const, key: `hold:${holdId}`, holdId, credits: credits(amount), action: 'external' },
    ...{ reference: holdId, reason: 'Outside work', effectiveAt: day(at) },
  };
}

function capture(holdId: string, key: string, amount: number, at: string): Partially<LedgerCommand> {
  return {
    ...{ op: 'capture', key, holdId, credits: credits(amount), final: false, reason: 'Part' },
    effectiveAt: day(at),
  };
}
