import type Stripe from 'stripe';
import { createDatabase } from '../../src/platform/database';
import { beginStory, type Story } from '../at-stripe/story';
import { connectSandbox, type SandboxClient } from '../scenarios/sandbox-client';
import { runReconcile } from '../reconcile/run-reconcile';
import { startStack, type TestStack } from '../support/start-stack';

type Json = Record<string, unknown>;

/**
 * An event as an account sends it whose API version is older than 2025-03-31, or older than 2022-11-15: an invoice has its
 * subscription at the top, with a copy of its metadata or without, and so have its lines.
 */
function inFormerShape(event: Stripe.Event, version: string): Json {
  const { parent, ...object } = event.data.object as unknown as Json & {
    parent?: { subscription_details?: { subscription?: unknown; metadata?: unknown } } | null;
  };
  const details = parent?.subscription_details;
  const former = {
    ...(details === undefined ? {} : { subscription: details.subscription }),
    ...(details === undefined || version < '2022-11-15'
      ? {}
      : { subscription_details: { metadata: details.metadata } }),
  };
  return { ...event, api_version: version, data: { object: { ...object, ...former } } };
}

describe('an event of an account with another API version', () => {
  let stack: TestStack;
  let sandbox: SandboxClient;

  beforeAll(async () => {
    stack = await startStack({ program: 'dev/sandbox.mjs' });
    sandbox = connectSandbox(stack.dev);
  }, 180_000);
  afterAll(() => stack.stop(), 30_000);

  async function send(event: Json): Promise<void> {
    const payload = JSON.stringify(event);
    const timestamp = Math.floor(Date.parse(await sandbox.now()) / 1000);
    const secret = stack.dev.stripeWebhookSecret;
    const signature = sandbox.stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
    const headers = { 'Stripe-Signature': signature };
    const res = await fetch(`${stack.url}/webhooks/stripe`, { method: 'POST', headers, body: payload });
    expect(res.status).toBe(200);
  }

  /** What Stripe has to tell of an act, told by nobody: its webhooks are lost. */
  async function untold(act: () => Promise<unknown>): Promise<readonly Stripe.Event[]> {
    const known = new Set((await allEvents()).map(({ id }) => id));
    await sandbox.setWebhookFaults({ drop: true });
    await act();
    await sandbox.setWebhookFaults({});
    return (await allEvents()).filter(({ id }) => !known.has(id));
  }
  const allEvents = () => sandbox.stripe.events.list({ limit: 100 }).autoPagingToArray({ limit: 1_000 });

  /** Less than the quarter of an hour after which the reconciler would fetch what was lost. */
  const settle = () => sandbox.advance({ by: 'PT30S' });

  async function isTakenIn(events: readonly Stripe.Event[]): Promise<boolean> {
    const db = createDatabase(stack.dev.databaseUrl, { applicationName: 'test' });
    const ids = events.map(({ id }) => id);
    const rows = await db('app.stripe_events').whereIn('event_id', ids).whereNotNull('processed_at');
    await db.destroy();
    return rows.length === ids.length;
  }

  const told = async (
    story: Story,
    version: string,
    types: readonly string[],
    act: () => Promise<unknown>,
  ): Promise<number> => {
    const events = (await untold(act)).filter(({ type }) => types.includes(type));
    expect([...new Set(events.map(({ type }) => type))].sort()).toEqual([...types].sort());
    for (const event of events) await send(inFormerShape(event, version));
    await settle();
    expect(await isTakenIn(events)).toBe(true);
    return story.available();
  };

  it.each(['2024-06-20', '2020-08-27'])(
    'of %s grants a subscription by its invoice alone',
    async (version) => {
      const story = await beginStory(sandbox);
      expect(await told(story, version, ['invoice.paid'], () => story.subscribe('standard'))).toBe(510);
    },
  );

  it('grants a subscription by its checkout alone', async () => {
    const story = await beginStory(sandbox);
    const types = ['checkout.session.completed'];
    expect(await told(story, '2020-08-27', types, () => story.subscribe('standard'))).toBe(510);
  });

  it('grants a pack, and takes it back when its money went back', async () => {
    const story = await beginStory(sandbox);
    await story.subscribe('standard');
    await settle();
    expect(await story.available()).toBe(510);
    const types = ['checkout.session.completed'];
    expect(await told(story, '2020-08-27', types, () => story.buyPack())).toBe(1510);
    const customer = await story.stripeCustomer();
    const [payment] = (await sandbox.stripe.paymentIntents.list({ customer })).data;
    const refund = () => sandbox.stripe.refunds.create({ payment_intent: payment!.id });
    expect(await told(story, '2020-08-27', ['refund.created'], refund)).toBe(510);
  });

  it('ends a subscription that was ended at Stripe', async () => {
    const story = await beginStory(sandbox);
    await story.subscribe('standard');
    await settle();
    const { id } = await story.atStripe();
    await told(story, '2020-08-27', ['customer.subscription.deleted'], () =>
      sandbox.stripe.subscriptions.cancel(id),
    );
    expect((await story.subscription())['status']).toBe('canceled');
  });

  it('about an object that Stripe does not have rings after a day, and is seen in the inbox at once', async () => {
    const story = await beginStory(sandbox);
    const subscriptionId = await story.subscribe('standard');
    await settle();
    const [event] = (await sandbox.stripe.events.list({ type: 'invoice.paid', limit: 1 })).data;
    const unknown = inFormerShape(event!, '2024-06-20') as { data: { object: Json } };
    const object = { ...unknown.data.object, id: 'in_unknown' };
    await send({ ...unknown, id: 'evt_unknown', data: { object } });
    await settle();
    const db = createDatabase(stack.dev.databaseUrl, { applicationName: 'test' });
    const row = await db<{ event_id: string; last_error: string }>('app.stripe_events')
      .where({ event_id: 'evt_unknown' })
      .first();
    await db.destroy();
    expect(row?.last_error).toMatch(/No such invoice.*in_unknown/);
    expect(await story.alarms('evt_unknown')).toEqual([]);
    await sandbox.advance({ by: 'P2D' });
    await runReconcile(stack.home);
    expect(await story.alarms('evt_unknown')).toEqual(['unread_event evt_unknown']);
    expect((await sandbox.get(`/v1/subscriptions/${subscriptionId}`)).body['status']).toBe('active');
  });
});
