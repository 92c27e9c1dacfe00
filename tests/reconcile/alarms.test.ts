import type { Knex } from 'knex';
import { credits } from '../../src/domain/credits';
import type { Instant } from '../../src/domain/instants';
import { createLedger } from '../../src/ledger/ledger';
import { createDatabase } from '../../src/platform/database';
import { raiseAlarm } from '../../src/store/alarms';
import { beginStory, idOf, type Story } from '../at-stripe/story';
import { connectSandbox, type SandboxClient } from '../scenarios/sandbox-client';
import { startStack, type TestStack } from '../support/start-stack';
import { runReconcile } from './run-reconcile';

interface Report {
  readonly ok: boolean;
  readonly ringing: readonly { readonly kind: string; readonly subject: string; readonly todo: string }[];
}

describe('an alarm', () => {
  let stack: TestStack;
  let sandbox: SandboxClient;
  let owner: Knex;

  beforeAll(async () => {
    stack = await startStack({ program: 'dev/sandbox.mjs' });
    sandbox = connectSandbox(stack.dev);
    owner = createDatabase(stack.dev.databaseOwnerUrl, { applicationName: 'test' });
  }, 180_000);
  afterAll(async () => {
    await owner.destroy();
    await stack.stop();
  }, 30_000);

  const reconcile = async () => {
    const { code, report } = await runReconcile(stack.home);
    return { code, report: report as Report };
  };

  /** Everywhere that an alarm is shown: in what `scrip reconcile` says, over HTTP and as a metric. */
  async function expectRinging(alarms: readonly (readonly [kind: string, subject: string])[]): Promise<void> {
    const { code, report } = await reconcile();
    const wanted = alarms.map(([kind, subject]) => `${kind} ${subject}`).sort();
    expect(report.ringing.map(({ kind, subject }) => `${kind} ${subject}`).sort()).toEqual(wanted);
    expect([code, report.ok]).toEqual(alarms.length === 0 ? [0, true] : [1, false]);
    for (const { todo } of report.ringing) expect(todo).toMatch(/^[A-Z].*[.!]$/s);
    const { body } = await sandbox.get('/v1/alarms');
    const listed = body['data'] as readonly Readonly<Record<string, unknown>>[];
    expect(listed.map(({ kind, subject }) => `${String(kind)} ${String(subject)}`).sort()).toEqual(wanted);
    for (const one of listed) expect(Object.keys(one)).toEqual(['id', 'kind', 'subject', 'since', 'todo']);
    const metrics = await (await fetch(`${stack.dev.apiUrl}/metrics`)).text();
    for (const [kind] of alarms) {
      const count = alarms.filter(([other]) => other === kind).length;
      expect(metrics).toMatch(new RegExp(`scrip_alarms\\{kind="${kind}"[^}]*\\} ${String(count)}\n`));
    }
  }

  async function subscriber(): Promise<Story> {
    const story = await beginStory(sandbox);
    await story.subscribe('standard');
    await sandbox.advance({ by: 'PT1M' });
    return story;
  }

  it('is told to operators alone', async () => {
    const { apiKey, apiUrl } = stack.dev;
    const res = await fetch(`${apiUrl}/v1/alarms`, { headers: { Authorization: `Bearer ${apiKey}` } });
    expect(res.status).toBe(403);
    await expectRinging([]);
  });

  it('rings for a payment that Stripe does not stand behind, as long as it is there', async () => {
    const { customerId } = await subscriber();
    const subscription = await owner<{ id: string; customer_id: string }>('app.subscriptions')
      .where({ customer_id: customerId })
      .first();
    await owner('app.payments').insert({
      id: 'in_invented',
      customer_id: customerId,
      subscription_id: subscription?.id,
      plan: 'standard',
      period_start: '2020-01-01T00:00:00Z',
      period_end: '2020-02-01T00:00:00Z',
      credits: 500,
      amount_minor: 1,
      currency: 'usd',
      paid_at: '2020-01-01T00:00:00Z',
    });
    await expectRinging([['unbacked_credits', 'in_invented']]);
    await owner('app.payments').where({ id: 'in_invented' }).delete();
    await expectRinging([]);
  });

  it('rings for a hold that nobody works on, until it is settled', async () => {
    const { customerId: walletId } = await subscriber();
    const ledger = createLedger({ databaseUrl: stack.dev.databaseUrl });
    const effectiveAt = (await sandbox.now()) as Instant;
    const common = { walletId, fingerprint: 'ghost', effectiveAt, reason: 'ghost', holdId: 'hld_ghost' };
    await ledger.submit({
      ...common,
      op: 'hold',
      key: 'spd_ghost/hold',
      credits: credits(5),
      action: 'generate_images',
      spendId: 'spd_ghost',
    });
    await expectRinging([['abandoned_hold', 'hld_ghost']]);
    await ledger.submit({ ...common, op: 'void', key: 'spd_ghost/release', expired: false });
    await ledger.close();
    await expectRinging([]);
  });

  it('rings for what cannot be read, and for its event after a day, until it can be', async () => {
    const story = await subscriber();
    const { stripe } = sandbox;
    const { id, items } = await story.atStripe();
    const item = items.data[0]!;
    const { id: ghost } = await stripe.prices.create({
      currency: 'usd',
      unit_amount: 2500,
      recurring: { interval: 'month' },
      product_data: { name: 'A plan that no catalog has' },
    });
    const sold = {
      stripe_price_id: ghost,
      catalog_version: 'exactly-2024',
      amount_minor: 2500,
      currency: 'gbp',
    };
    await owner.raw(
      'ALTER TABLE app.catalog_prices DROP CONSTRAINT catalog_prices_catalog_version_plan_interval_pack_key',
    );
    await owner('app.catalog_prices').insert({ ...sold, plan: 'ghost', interval: 'month' });
    const changedAt = Date.parse(await sandbox.now());
    await stripe.subscriptions.update(id, {
      items: [{ id: item.id, price: ghost }],
      proration_behavior: 'none',
    });
    await sandbox.advance({ by: 'P2D' });
    const events = await stripe.events.list({
      type: 'customer.subscription.updated',
      created: { gte: Math.floor(changedAt / 1000) },
    });
    await expectRinging([
      ...events.data.map((event) => ['unread_event', event.id] as const),
      ['unreadable', id],
    ]);
    await owner('app.catalog_prices').where({ stripe_price_id: ghost }).delete();
    await stripe.subscriptions.update(id, {
      items: [{ id: item.id, price: item.price.id }],
      proration_behavior: 'none',
    });
    await sandbox.advance({ by: 'P1D' });
    await expectRinging([]);
  });

  it('rings for a subscription and for money that were sold past us, until both are given back', async () => {
    const story = await subscriber();
    const { stripe } = sandbox;
    const customer = await story.stripeCustomer();
    const price = (await story.price('pro:month')).id;
    const { id, latest_invoice: latest } = await stripe.subscriptions.create({
      customer,
      items: [{ price }],
      default_payment_method: 'pm_card_visa',
    });
    const invoice = idOf(latest);
    await expectRinging([
      ['unknown_subscription', id],
      ['unclaimed_money', invoice],
    ]);
    await stripe.subscriptions.cancel(id);
    await expectRinging([['unclaimed_money', invoice]]);
    await stripe.creditNotes.create({ invoice: invoice, amount: 4500, out_of_band_amount: 4500 });
    await expectRinging([]);
  });

  it('ends for money that its order turns out to have been granted for', async () => {
    const story = await subscriber();
    const { body } = await story.buyPack();
    await sandbox.advance({ by: 'PT1M' });
    const order = await owner<{ id: string; stripe_session_id: string }>('app.add_on_orders')
      .where({ id: String(body['id']) })
      .first();
    await raiseAlarm(
      owner,
      {
        kind: 'unclaimed_money',
        subject: String(order?.stripe_session_id),
        customerId: story.customerId,
        workflowId: null,
        todo: 'Look.',
      },
      (await sandbox.now()) as Instant,
    );
    await sandbox.advance({ by: 'PT1M' });
    await expectRinging([]);
  });

  it('rings for a subscription of ours that sells something more at Stripe, until it does not', async () => {
    const story = await subscriber();
    const { stripe } = sandbox;
    const { id } = await story.atStripe();
    const subscriptionId = String((await story.subscription())['id']);
    const { id: price } = await stripe.prices.create({
      currency: 'usd',
      unit_amount: 100,
      recurring: { interval: 'month' },
      product_data: { name: 'A poster every month' },
    });
    const { id: item } = await stripe.subscriptionItems.create({
      subscription: id,
      price,
      proration_behavior: 'none',
    });
    await sandbox.advance({ by: 'PT1M' });
    await expectRinging([['subscription_differs', subscriptionId]]);
    await stripe.subscriptionItems.del(item, { proration_behavior: 'none' });
    await sandbox.advance({ by: 'PT1M' });
    await expectRinging([]);
  });
});
