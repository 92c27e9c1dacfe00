import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import Stripe from 'stripe';
import type { Answer, ApiClient, Problem } from './api-client';
import { arrive, pay, until } from './people';
import { startSecondApi } from './second-api';
import { useStack } from './use-stack';

interface Subscription {
  readonly id: string;
  readonly status: string;
  readonly checkoutUrl?: string;
}

/** What one person, tab or server does, all at the same time as the others. */
interface Hand {
  readonly inOther: boolean;
  readonly collection: 'checkout' | 'invoice';
  readonly plan: 'standard' | 'pro';
  readonly waitMs: number;
  readonly payAfterMs: number | null;
  readonly then: 'nothing' | 'cancel' | 'change';
}

const hand: fc.Arbitrary<Hand> = fc.record({
  inOther: fc.boolean(),
  collection: fc.constantFrom('checkout', 'invoice'),
  plan: fc.constantFrom('standard', 'pro'),
  waitMs: fc.integer({ min: 0, max: 120 }),
  payAfterMs: fc.option(fc.integer({ min: 0, max: 150 })),
  then: fc.constantFrom('nothing', 'nothing', 'cancel', 'change'),
});

const LIVE = ['active', 'past_due', 'paused'];
const seed = Number(process.env['SCRIP_TEST_SEED'] ?? Date.now() % 1_000_000_000);

describe('one customer in two API processes at once', () => {
  const { stack, api } = useStack();
  let other: ApiClient;
  let stopOther: () => Promise<unknown>;
  let stripe: Stripe;

  beforeAll(async () => {
    ({ api: other, stop: stopOther } = await startSecondApi(stack));
    const { hostname: host, port } = new URL(stack.dev.stripeUrl!);
    stripe = new Stripe(stack.dev.stripeSecretKey, { host, port, protocol: 'http', telemetry: false });
  }, 30_000);

  afterAll(() => stopOther());

  it('has one subscription at most, and one charge for it, in whatever order things are opened, paid, changed and canceled', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(hand, { minLength: 2, maxLength: 6 }), (hands) => playAll(hands)),
      { seed, numRuns: 12, endOnFailure: true },
    );
  }, 240_000);

  it('is refused an invoice and a contract by a portal token, and more than ten openings an hour', async () => {
    const customerId = await arrive(api);
    const session = await api.post<{ url: string }>('/v1/portal-sessions', { customerId }, { key: null });
    const headers = { Authorization: `Bearer ${session.body.url.split('token=')[1]!}` };
    const openings = (body: object, key: string = randomUUID(), client = api) =>
      client.post<Subscription & Problem>(
        '/v1/subscriptions',
        { customerId, plan: 'standard', ...body },
        { headers, key },
      );
    expect(await openings({ collection: 'invoice' })).toMatchObject({
      status: 403,
      body: { code: 'invoice_not_allowed' },
    });
    expect(await openings({ contractId: 'ctr_0000000000000000000000000' })).toMatchObject({
      status: 403,
      body: { code: 'invoice_not_allowed' },
    });
    const keys = Array.from({ length: 10 }, () => randomUUID());
    const opened: Answer<Subscription>[] = [];
    for (const [index, key] of keys.entries())
      opened.push(await openings({}, key, index % 2 === 0 ? api : other));
    expect(opened.map(({ status }) => status)).toEqual(Array(10).fill(201));
    for (const client of [api, other]) {
      const refused = await openings({}, randomUUID(), client);
      expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
      const seconds = Number(refused.headers.get('retry-after'));
      expect(seconds).toBeGreaterThan(3_500);
      expect(seconds).toBeLessThanOrEqual(3_600);
    }
    const again = await openings({}, keys[9], other);
    expect(again).toMatchObject({ status: 201, replayed: true, body: { id: opened[9]!.body.id } });
    expect((await api.post('/v1/subscriptions', { customerId, plan: 'pro' })).status).toBe(201);
  });

  async function playAll(hands: readonly Hand[]): Promise<void> {
    const customerId = await arrive(api);
    const ids: string[] = [];
    const watch = { isOver: false };
    const watching = watchForTwo(ids, watch);
    try {
      await Promise.all(hands.map((one) => playHand(customerId, one, ids)));
      await until(() => isSettled(customerId, ids));
    } finally {
      watch.isOver = true;
      expect(await watching).toEqual([]);
    }
    const statuses = await statusesOf(ids);
    expect(statuses.filter((status) => LIVE.includes(status)).length).toBeLessThanOrEqual(1);
  }

  async function playHand(customerId: string, one: Hand, ids: string[]): Promise<void> {
    const client = one.inOther ? other : api;
    const { plan, collection } = one;
    await delay(one.waitMs);
    const key = randomUUID();
    const ask = () =>
      client.post<Subscription & Problem>('/v1/subscriptions', { customerId, plan, collection }, { key });
    let opened = await ask();
    while (opened.status === 503) opened = await ask();
    expect([201, 409]).toContain(opened.status);
    if (opened.status !== 201) return;
    const { id, checkoutUrl } = opened.body;
    ids.push(id);
    if (one.payAfterMs !== null) {
      await delay(one.payAfterMs);
      if (checkoutUrl === undefined) await payInvoice(id);
      else await pay(checkoutUrl);
    }
    await delay(one.waitMs);
    if (one.then === 'cancel') await client.post(`/v1/subscriptions/${id}/cancel`, { when: 'now' });
    if (one.then === 'change') await client.post(`/v1/subscriptions/${id}/change-plan`, { plan: 'pro' });
  }

  /** As its customer does at Stripe, unless it was voided. */
  async function payInvoice(id: string): Promise<void> {
    const [atStripe] = await atStripeOf([id]);
    // A page that was replaced before it was answered shows no address either.
    if (atStripe === undefined) return;
    const [invoice] = (await stripe.invoices.list({ subscription: atStripe.id })).data;
    if (invoice === undefined) return;
    await stripe.invoices.finalizeInvoice(invoice.id).catch(() => undefined);
    await stripe.invoices.pay(invoice.id, { payment_method: 'pm_card_visa' }).catch(() => undefined);
  }

  /**
   * Whether all news have arrived: what was paid at Stripe and not given back is exactly what was granted, and nothing else
   * than the live subscription, or the newest page, can be charged any more.
   */
  async function isSettled(customerId: string, ids: readonly string[]): Promise<boolean> {
    const { data } = (
      await api.get<{ data: { code: string; subscriptionId?: string }[] }>(
        `/v1/customers/${customerId}/statement?limit=100`,
      )
    ).body;
    const granted = data.filter(
      ({ code, subscriptionId }) => code === 'grant' && subscriptionId !== undefined,
    );
    const kept = await keptPayments(ids);
    const statuses = await statusesOf(ids);
    const open = statuses.filter((status) => status !== 'canceled').length;
    const billed = (await atStripeOf(ids)).filter(({ status }) => status !== 'canceled').length;
    return granted.length === kept && open <= 1 && billed <= 1;
  }

  async function atStripeOf(ids: readonly string[]): Promise<readonly Stripe.Subscription[]> {
    const { data } = await stripe.subscriptions.list({ status: 'all', limit: 100 });
    return data.filter(({ metadata }) => ids.includes(metadata['scrip_subscription'] ?? ''));
  }

  /** How many payments for these subscriptions were not given back in full. */
  async function keptPayments(ids: readonly string[]): Promise<number> {
    const invoices = (await stripe.invoices.list({ limit: 100, status: 'paid', expand: ['data.payments'] }))
      .data;
    let kept = 0;
    for (const { parent, payments } of invoices) {
      const ours = parent?.subscription_details?.metadata?.['scrip_subscription'];
      if (ours === undefined || !ids.includes(ours)) continue;
      for (const { payment, amount_paid: paid } of payments?.data ?? []) {
        const intent = payment.payment_intent as string;
        const refunds = (await stripe.refunds.list({ payment_intent: intent })).data;
        if (refunds.reduce((sum, { amount }) => sum + amount, 0) < (paid ?? 0)) kept += 1;
      }
    }
    return kept;
  }

  /**
   * What was seen of two that are live at once. What has ended never lives again, so two that are live in a whole round and
   * in the next one were so at one instant in between.
   */
  async function watchForTwo(ids: readonly string[], watch: { readonly isOver: boolean }): Promise<string[]> {
    const seen: string[] = [];
    for (let before: readonly string[] = []; ;) {
      const known = [...ids];
      const statuses = await statusesOf(known);
      const live = known.filter((_, index) => LIVE.includes(statuses[index] ?? ''));
      const both = live.filter((id) => before.includes(id));
      if (both.length > 1) seen.push(both.join(' and '));
      before = live;
      // Read at the end of the round, so that the last one sees all.
      if (watch.isOver) return seen;
      await delay(5);
    }
  }

  async function statusesOf(ids: readonly string[]): Promise<readonly string[]> {
    const answers = await Promise.all(ids.map((id) => other.get<Subscription>(`/v1/subscriptions/${id}`)));
    return answers.map(({ body }) => body.status);
  }
});
