import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import type { Knex } from 'knex';
import { credits } from '../../src/domain/credits';
import type { Instant } from '../../src/domain/instants';
import { createLedger } from '../../src/ledger/ledger';
import { createDatabase } from '../../src/platform/database';
import { connectSandbox, type SandboxClient } from '../scenarios/sandbox-client';
import { startStack, type TestStack } from '../support/start-stack';
import { journalRows } from './journal-rows';
import { buyPack, chargeSavedCard, playMonth, refundHalf, subscribe, type Faults } from './month';
import { runReconcile } from './run-reconcile';

interface Report {
  readonly ok: boolean;
  readonly events: { readonly read: number; readonly added: number };
  readonly repairs: readonly { readonly kind: string; readonly id: string }[];
  readonly alarmed: readonly { readonly kind: string; readonly id: string; readonly problem: string }[];
}

const STEPS = 7;
const SEEDS = [randomInt(2 ** 31), randomInt(2 ** 31), randomInt(2 ** 31)];

/** Late by up to a quarter of an hour, in any order, one to three times; or some of them not at all. */
const unruly: fc.Arbitrary<Faults> = fc.record({
  drop: fc.constantFrom(false, false, true, 0.5),
  copies: fc.integer({ min: 1, max: 3 }),
  delay: fc.integer({ min: 0, max: 900 }),
  shuffle: fc.boolean(),
});

describe('the reconciler', () => {
  let stack: TestStack;
  let sandbox: SandboxClient;
  let db: Knex;
  let owner: Knex;

  beforeAll(async () => {
    stack = await startStack({ program: 'dev/sandbox.mjs' });
    sandbox = connectSandbox(stack.dev);
    db = createDatabase(stack.dev.databaseUrl, { applicationName: 'test' });
    owner = createDatabase(stack.dev.databaseOwnerUrl, { applicationName: 'test' });
  }, 180_000);

  afterAll(async () => {
    await Promise.all([db.destroy(), owner.destroy()]);
    await stack.stop();
  }, 30_000);

  const reconcile = async () => {
    const { code, report } = await runReconcile(stack.home);
    return { code, report: report as Report };
  };
  const monthOf = async (faults: readonly Faults[]): Promise<readonly string[]> =>
    journalRows(db, (await playMonth(sandbox, faults)).customerId);

  describe('makes a month come to the same rows', () => {
    let wellBehaved: readonly string[];

    beforeAll(async () => {
      wellBehaved = await monthOf([]);
    }, 60_000);

    it('that are these when every event arrives', () => {
      const codes = wellBehaved.map((row) => row.split(' ')[0]);
      const count = (code: string) => codes.filter((one) => one === code).length;
      expect({
        grants: count('grant'),
        clawbacks: count('clawback'),
        restores: count('clawback_undo'),
        captures: count('capture'),
      }).toEqual({ grants: 8, clawbacks: 3, restores: 2, captures: 1 });
    });

    it('when no event arrives at all', async () => {
      expect(await monthOf(Array<Faults>(STEPS).fill({ drop: true }))).toEqual(wellBehaved);
    });

    it.each(SEEDS)(
      'when they come late, in any order, up to three times or never (seed %i)',
      async (seed) => {
        expect(await monthOf(fc.sample(unruly, { seed, numRuns: STEPS }))).toEqual(wellBehaved);
      },
    );
  });

  it('repairs a lost payment and a lost refund by the ordinary way, once', async () => {
    const buyAndRefund = async (): Promise<string> => {
      const { customerId } = await subscribe(sandbox);
      await sandbox.advance({ by: 'PT1M' });
      await sandbox.setWebhookFaults(lost ? { drop: true } : {});
      await refundHalf(sandbox, await buyPack(sandbox, customerId));
      await sandbox.setWebhookFaults({});
      return customerId;
    };
    let lost = false;
    const heard = await buyAndRefund();
    await sandbox.advance({ by: 'PT1M' });
    lost = true;
    const unheard = await buyAndRefund();
    const before = await journalRows(db, unheard);

    const first = await reconcile();
    expect([first.code, first.report.alarmed]).toEqual([0, []]);
    expect(first.report.repairs.map(({ kind }) => kind)).toEqual(['checkout_session', 'refund']);
    expect(first.report.events.added).toBeGreaterThan(1);
    await sandbox.advance({ by: 'PT1M' });
    const repaired = await journalRows(db, unheard);
    expect(repaired).toEqual(await journalRows(db, heard));
    expect(repaired.length).toBe(before.length + 2);

    const second = await reconcile();
    expect(second).toMatchObject({ code: 0, report: { events: { added: 0 }, repairs: [], alarmed: [] } });
    await sandbox.advance({ by: 'P2D' });
    expect(await journalRows(db, unheard)).toEqual(repaired);
  });

  it('brings the money of an order that was charged without a checkout and given up', async () => {
    const { customerId } = await subscribe(sandbox);
    await sandbox.advance({ by: 'PT1M' });
    const model = await buyPack(sandbox, customerId);
    await sandbox.advance({ by: 'PT1M' });
    await owner.raw(
      `INSERT INTO app.add_on_orders
         (id, customer_id, status, pack, quantity, credits, catalog_version, created_at, updated_at)
       SELECT 'ord_chargedwithoutcheckout', customer_id, 'canceled', pack, quantity, credits, catalog_version, created_at, updated_at
       FROM app.add_on_orders WHERE id = ?`,
      [model],
    );
    const payment = await chargeSavedCard(sandbox, customerId, 'ord_chargedwithoutcheckout');
    const before = await journalRows(db, customerId);

    const runs = await Promise.all([reconcile(), reconcile()]);
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    const repairs = runs.flatMap(({ report }) => report.repairs);
    expect(repairs).not.toEqual([]);
    for (const repair of repairs)
      expect(repair).toMatchObject({ kind: 'payment', id: payment.id, customerId });
    await sandbox.advance({ by: 'PT1M' });
    const granted = before.filter((row) => row.startsWith('grant | issued:add_on'));
    expect(await journalRows(db, customerId)).toEqual([...before, ...granted].sort());
    expect((await reconcile()).report).toMatchObject({ ok: true, repairs: [] });
  });

  it('names a payment that Stripe knows nothing of, and takes nothing away', async () => {
    const { customerId, subscriptionId } = await subscribe(sandbox);
    await sandbox.advance({ by: 'PT1M' });
    const before = await journalRows(db, customerId);
    await owner('app.payments').insert({
      id: 'in_invented',
      customer_id: customerId,
      subscription_id: subscriptionId,
      plan: 'standard',
      period_start: '2020-01-01T00:00:00Z',
      period_end: '2020-02-01T00:00:00Z',
      credits: 500,
      amount_minor: 1,
      currency: 'usd',
      paid_at: '2020-01-01T00:00:00Z',
    });
    const { code, report } = await reconcile();
    expect([code, report.ok]).toEqual([1, false]);
    expect(report.alarmed).toEqual([
      expect.objectContaining({ kind: 'payment', id: 'in_invented', problem: 'Stripe knows nothing of it' }),
    ]);
    await sandbox.advance({ by: 'P2D' });
    expect(await journalRows(db, customerId)).toEqual(before);
    await owner('app.payments').where({ id: 'in_invented' }).delete();
    expect((await reconcile()).code).toBe(0);
    expect((await sandbox.get('/v1/audit')).body).toMatchObject({ ok: true });
  });

  it('names a clawback and a grant that no money stands behind, and leaves both as they are', async () => {
    const { customerId } = await subscribe(sandbox);
    await sandbox.advance({ by: 'PT1M' });
    const ledger = createLedger({ databaseUrl: stack.dev.databaseUrl });
    const { now } = (await sandbox.get('/sandbox/clock')).body as { readonly now: Instant };
    const [payment] = await db<{ id: string; customer_id: string }>('app.payments').where({
      customer_id: customerId,
    });
    const common = { fingerprint: 'invented', walletId: customerId, effectiveAt: now, reason: 'invented' };
    const clawed = await ledger.submit({
      ...common,
      op: 'clawback',
      key: 'clawback:re_invented',
      clawbackId: 're_invented',
      paymentId: payment!.id,
      credits: credits(100),
      availableOnly: false,
    });
    const granted = await ledger.submit({
      ...common,
      op: 'grant',
      key: 'cycle:sub_invented:0:then',
      grantId: 'grt_invented',
      source: 'plan',
      credits: credits(500),
      cost: null,
      expiresAt: null,
      paymentId: 'in_nobody',
    });
    expect([clawed.outcome, granted.outcome]).toEqual(['applied', 'applied']);
    await ledger.close();
    const before = await journalRows(db, customerId);
    const { code, report } = await reconcile();
    expect([code, report.repairs]).toEqual([1, []]);
    expect(report.alarmed).toEqual([
      expect.objectContaining({ kind: 'clawback', id: 're_invented', problem: 'Stripe knows nothing of it' }),
      expect.objectContaining({
        kind: 'grant',
        id: 'grt_invented',
        problem: 'no payment is recorded for it',
      }),
    ]);
    await sandbox.advance({ by: 'P2D' });
    expect(await journalRows(db, customerId)).toEqual(before);
    expect((await reconcile()).report.alarmed).toEqual(report.alarmed);
  });
});
