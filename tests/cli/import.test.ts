import { stringify } from 'csv-stringify/sync';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Pool } from 'pg';
import { cycleIndexAt, cycleStart } from '../../src/domain/billing-calendar';
import { epochMsOf, instantOf, type Instant } from '../../src/domain/instants';
import { IMPORT_COLUMNS, type ImportCells } from '../../src/domain/subscriptions/import-line';
import { findPackageRoot } from '../../src/platform/package-root';
import { startStack, type TestStack } from '../support/start-stack';
import { connectSandbox, type SandboxClient } from '../scenarios/sandbox-client';
import { fileOf, scrip, startScrip } from './scrip';

/** What `--json` prints. */
interface Report {
  readonly imported: boolean;
  readonly customers: { readonly new: number; readonly known: number };
  readonly nextGrants: readonly {
    readonly subscriptionId: string;
    readonly at: string;
    readonly credits: number;
    readonly isPaid: boolean;
  }[];
  readonly bad: readonly { readonly line: number; readonly faults: readonly string[] }[];
}

const ANCHOR = '2024-01-31T10:00:00.000Z' as Instant;
const FREE = { plan: 'free', interval: '' } as const;
const EXAMPLE = join(findPackageRoot(), 'examples/import/subscribers.csv');

describe('npx scrip customers import', () => {
  let stack: TestStack;
  let sandbox: SandboxClient;
  let database: Pool;
  /** The next renewal of whoever began on a 31st. */
  let renewal: number;

  beforeAll(async () => {
    stack = await startStack({ program: 'dev/sandbox.mjs' });
    const { apiUrl, operatorKey, stripeUrl, stripeSecretKey } = stack.dev;
    sandbox = connectSandbox({ apiUrl, operatorKey, stripeUrl: stripeUrl!, stripeSecretKey });
    renewal = cycleIndexAt(ANCHOR, (await sandbox.now()) as Instant) + 1;
    database = new Pool({ connectionString: stack.dev.databaseOwnerUrl, max: 4 });
  }, 180_000);

  afterAll(async () => {
    await database.end();
    await stack.stop();
  });

  const subscriber = (externalId: string, cells: Partial<ImportCells> = {}): ImportCells => ({
    external_id: externalId,
    plan: 'standard',
    interval: 'month',
    anchor_at: ANCHOR,
    paid_through: cycleStart(ANCHOR, renewal),
    unused_allowance: '320',
    stripe_customer: '',
    stripe_subscription: '',
    ...cells,
  });
  const fileWith = (lines: readonly ImportCells[]) =>
    fileOf('subscribers.csv', stringify([...lines], { header: true, columns: [...IMPORT_COLUMNS] }));
  const importFile = async (file: string, ...options: string[]) => {
    const { code, stdout, stderr } = await scrip(
      stack.home,
      'customers',
      'import',
      file,
      '--json',
      ...options,
    );
    return { code, stderr, report: JSON.parse(stdout || 'null') as Report };
  };
  const customerOf = async (externalId: string): Promise<string> => {
    const byExternalId = 'SELECT id FROM app.customers WHERE external_id = $1';
    const { rows } = await database.query<{ id: string }>(byExternalId, [externalId]);
    return rows[0]?.id ?? 'nobody';
  };
  const available = async (externalId: string) =>
    (await sandbox.get(`/v1/customers/${await customerOf(externalId)}/balance`)).body['available'];
  const grantsOf = async (externalId: string) => {
    const { body } = await sandbox.get(`/v1/customers/${await customerOf(externalId)}/statement?limit=100`);
    return (body['data'] as { code: string; at: string; credits: number }[])
      .filter(({ code }) => code === 'grant')
      .map(({ at, credits }) => ({ at, credits }));
  };
  /** A subscription that was sold at Stripe before Scrip was there. */
  const sellAtStripe = async () => {
    const { stripe } = sandbox;
    const customer = await stripe.customers.create({
      payment_method: 'pm_card_visa',
      invoice_settings: { default_payment_method: 'pm_card_visa' },
    });
    const price = await stripe.prices.create({
      currency: 'usd',
      unit_amount: 1900,
      recurring: { interval: 'month' },
      product_data: { name: 'The old allowance' },
    });
    const sold = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    const { current_period_start: start, current_period_end: end } = sold.items.data[0]!;
    return {
      customer: customer.id,
      subscription: sold.id,
      start: instantOf(start * 1000),
      end: instantOf(end * 1000),
    };
  };

  it('says what it would do and does nothing in a dry run, of the example too', async () => {
    const { code, report } = await importFile(EXAMPLE, '--dry-run');
    expect(code).toBe(0);
    expect(report).toMatchObject({
      ok: true,
      imported: false,
      customers: { new: 5, known: 0 },
      credits: 1323,
      subscriptions: { new: 3, known: 0 },
    });
    expect((await sandbox.get(`/v1/customers/${await customerOf('ada')}`)).status).toBe(404);
    const { stdout } = await scrip(stack.home, 'customers', 'import', EXAMPLE, '--dry-run');
    expect(stdout).toContain(
      'customers: 5 new, 0 existing; credits to grant: 1323; subscriptions: 3 new, 0 existing',
    );
  });

  it('names every bad line with all that is wrong with it, ends with 1 and imports nothing', async () => {
    const sold = await sellAtStripe();
    const ofStripe = { stripe_customer: sold.customer, stripe_subscription: sold.subscription };
    const taken = { anchor_at: sold.start, paid_through: sold.end };
    const lines = [
      subscriber('good'),
      subscriber('', { unused_allowance: '1.5' }),
      subscriber('b', { plan: 'gold' }),
      subscriber('c', { interval: 'week', anchor_at: 'soon', paid_through: '' }),
      subscriber('d', { paid_through: '2026-01-01T00:00:00Z' }),
      subscriber('twice'),
      subscriber('twice'),
      subscriber('e', { ...taken, stripe_customer: 'cus_x', stripe_subscription: 'sub_unknown' }),
      subscriber('g', { stripe_customer: 'cus_unknown' }),
      subscriber('h', { ...FREE, stripe_customer: 'cus_gone' }),
      subscriber('f', {
        ...ofStripe,
        anchor_at: '2025-02-03T00:00:00Z',
        paid_through: '2027-02-03T00:00:00Z',
      }),
    ];
    const { code, report } = await importFile(await fileWith(lines));
    expect([code, report.imported]).toEqual([1, false]);
    expect(report.bad).toMatchObject([
      { line: 3, faults: [/external_id is missing/, /unused_allowance/].map((fault) => matching(fault)) },
      { line: 4, faults: [matching(/plan is not one of/)] },
      { line: 5, faults: [/interval/, /anchor_at/, /paid_through/].map((fault) => matching(fault)) },
      { line: 6, faults: ['paid_through is not a whole number of months after anchor_at'] },
      { line: 7, faults: ['external_id is repeated on another line'] },
      { line: 8, faults: ['external_id is repeated on another line'] },
      { line: 9, faults: ['stripe_subscription is unknown at Stripe'] },
      { line: 10, faults: ['stripe_customer is unknown at Stripe'] },
      { line: 11, faults: ['stripe_customer is unknown at Stripe'] },
      { line: 12, faults: [matching(/paid_through is not a renewal date of stripe_subscription/)] },
    ]);
    expect((await sandbox.get(`/v1/customers/${await customerOf('good')}`)).status).toBe(404);

    const shapeless = await fileOf('x.csv', 'external_id,plan,colour\na,b\n');
    const { stderr } = await scrip(stack.home, 'customers', 'import', shapeless);
    expect(stderr).toMatch(/^line 1: column interval is missing; .*; column "colour" is unknown/);
  });

  it('brings allowances over, once, and grants next exactly where they would have been renewed', async () => {
    const sold = await sellAtStripe();
    await sandbox.post('/v1/customers', { externalId: 'early bird' });
    const file = await fileWith([
      subscriber('monthly'),
      subscriber('yearly', {
        plan: 'pro',
        interval: 'year',
        unused_allowance: '70',
        paid_through: cycleStart(ANCHOR, renewal + 2),
      }),
      subscriber('by card', {
        anchor_at: sold.start,
        paid_through: sold.end,
        stripe_customer: sold.customer,
        stripe_subscription: sold.subscription,
      }),
      subscriber('nothing left', { unused_allowance: '0' }),
      subscriber('early bird', { plan: 'free', interval: '', unused_allowance: '4' }),
    ]);
    const first = await importFile(file);
    expect([first.code, first.report]).toMatchObject([
      0,
      {
        imported: true,
        customers: { new: 4, known: 1, welcomed: 1 },
        credits: 714,
        subscriptions: { new: 4 },
      },
    ]);
    const next = cycleStart(ANCHOR, renewal);
    expect(first.report.nextGrants.map(({ at, credits, isPaid }) => ({ at, credits, isPaid }))).toEqual([
      { at: next, credits: 500, isPaid: false },
      { at: next, credits: 1000, isPaid: true },
      { at: sold.end, credits: 500, isPaid: false },
      { at: next, credits: 500, isPaid: false },
    ]);
    const again = await importFile(file);
    expect([again.code, again.report]).toMatchObject([
      0,
      { imported: true, customers: { new: 0, known: 5 }, credits: 0, subscriptions: { new: 0, known: 4 } },
    ]);
    const other = await importFile(await fileWith([subscriber('monthly', { unused_allowance: '321' })]));
    expect([other.code, other.report.bad]).toEqual([
      1,
      [{ line: 2, faults: ['was imported before with a different unused_allowance'] }],
    ]);
    for (const externalId of ['monthly', 'yearly', 'by card', 'nothing left', 'early bird'])
      expect((await sandbox.post('/v1/customers', { externalId })).status).toBe(200);
    const balances = () =>
      Promise.all(['monthly', 'yearly', 'by card', 'nothing left', 'early bird'].map(available));
    expect(await balances()).toEqual([320, 70, 320, 0, 14]);

    await sandbox.advance({ to: instantOf(epochMsOf(next) - 60_000) });
    expect(await available('yearly')).toBe(70);
    await sandbox.advance({ to: instantOf(epochMsOf(next) + 60_000) });
    expect(await available('yearly')).toBe(1070);
    expect((await grantsOf('yearly'))[0]).toEqual({ at: next, credits: 1000 });
    expect(await available('monthly')).toBe(320);

    const { subscriptionId } = first.report.nextGrants[0]!;
    const paidThrough = cycleStart(ANCHOR, renewal + 1);
    const paid = await sandbox.post(`/v1/subscriptions/${subscriptionId}/payments`, {
      paidThrough,
      reference: 'transfer 7',
    });
    expect([paid.status, paid.body]).toMatchObject([200, { status: 'active', paidThrough }]);
    expect(await available('monthly')).toBe(820);

    await sandbox.advance({ to: instantOf(epochMsOf(cycleStart(ANCHOR, renewal + 2)) + 7_200_000) });
    expect((await grantsOf('yearly')).map(({ at }) => at).slice(0, 2)).toEqual([paidThrough, next]);
    expect(await grantsOf('by card')).toHaveLength(3);
    const invoices = await sandbox.stripe.invoices.list({ subscription: sold.subscription });
    expect(invoices.data.map(({ amount_paid: amount }) => amount)).toEqual([2500, 2500, 1900]);
    const { body: lapsed } = await sandbox.get(
      `/v1/subscriptions/${first.report.nextGrants[3]!.subscriptionId}`,
    );
    expect(lapsed).toMatchObject({ status: 'past_due' });
    expect(await available('nothing left')).toBe(0);
  });

  it('finishes an import that was killed in the middle', async () => {
    const names = Array.from({ length: 150 }, (_, index) => `one of many ${String(index)}`);
    const isPaying = (index: number) => index % 5 === 0;
    const lines = names.map((name, index) =>
      subscriber(name, isPaying(index) ? paidAhead() : { plan: 'free', interval: '' }),
    );
    const file = await fileWith(lines);
    const { child, ended } = startScrip(stack.home, 'customers', 'import', file);
    while ((await sandbox.get(`/v1/customers/${await customerOf(names[0]!)}`)).status !== 200) await delay(5);
    child.kill('SIGKILL');
    expect((await ended).code).toBeNull();
    const last = await sandbox.get(`/v1/customers/${await customerOf(names.at(-1)!)}`);
    expect(last.status).toBe(404);
    const { code, report } = await importFile(file);
    expect(code).toBe(0);
    expect(report.customers.new).toBeGreaterThan(0);
    expect(report.customers.known).toBeGreaterThan(0);
    await sandbox.advance({ by: 'P1M' });
    const balances = await Promise.all(names.map(available));
    expect(balances).toEqual(names.map((_, index) => (isPaying(index) ? 820 : 320)));
    await expectSound();
  });

  it.each([
    ['4', 'scrip-ledger'],
    ['0', 'scrip-cli'],
  ])(
    'gives no newcomer’s credits to whom the API meets while the import commits (%s left, written by %s)',
    async (left, writer) => {
      const externalId = `in the same moment, ${left} left`;
      const file = await fileWith([
        subscriber(externalId, { plan: 'free', interval: '', unused_allowance: left }),
      ]);
      const [beforeImport, beforeGrant] = [await openDatabase(stack), await openDatabase(stack)];
      try {
        // The import has checked its line; it can write neither a wallet nor a customer.
        await beforeImport.query(
          'BEGIN; LOCK TABLE ledger.wallets, app.customers IN SHARE ROW EXCLUSIVE MODE',
        );
        const { ended } = startScrip(stack.home, 'customers', 'import', file);
        await isAwaited(beforeImport, writer);
        // The API has seen that nobody of the name is there; it cannot read what a newcomer gets.
        await beforeGrant.query('BEGIN; LOCK TABLE app.catalogs');
        const answer = sandbox.post('/v1/customers', { externalId });
        await isAwaited(beforeGrant, 'scrip-api');
        await beforeImport.query('ROLLBACK');
        expect((await ended).code).toBe(0);
        await beforeGrant.query('ROLLBACK');
        expect((await answer).status).toBe(200);
      } finally {
        await Promise.all([beforeImport.end(), beforeGrant.end()]);
      }
      expect(await available(externalId)).toBe(Number(left));
      expect((await sandbox.post('/v1/customers', { externalId })).status).toBe(200);
    },
  );

  /** The books prove themselves, and Stripe stands behind them. */
  async function expectSound(): Promise<void> {
    for (const proof of ['audit', 'reconcile']) {
      const { code, stdout } = await scrip(stack.home, proof);
      expect(code === 0 ? '' : stdout).toBe('');
    }
  }

  /** Relative to the start of the tests, whose clock has moved on since. */
  function paidAhead(): Partial<ImportCells> {
    return { paid_through: cycleStart(ANCHOR, renewal + 4) };
  }
});

async function openDatabase({ dev }: TestStack): Promise<Client> {
  const client = new Client({ connectionString: dev.databaseOwnerUrl });
  await client.connect();
  return client;
}

/**
 * Returns when one of an application's connections waits for a lock of this connection's transaction; a test that waits for
 * ever fails by its own limit.
 */
async function isAwaited(client: Client, application: string): Promise<void> {
  const waiting =
    'SELECT FROM pg_stat_activity WHERE application_name = $1 AND pg_backend_pid() = ANY (pg_blocking_pids(pid))';
  while ((await client.query(waiting, [application])).rowCount === 0) {
    await delay(20);
    // Within one transaction the view goes on showing what it first showed.
    await client.query('SELECT pg_stat_clear_snapshot()');
  }
}

function matching(text: RegExp): string {
  return expect.stringMatching(text) as string;
}
