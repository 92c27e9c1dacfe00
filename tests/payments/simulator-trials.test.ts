import type Stripe from 'stripe';
import type { Instant } from '../../src/domain/instants';
import { createTestCustomer, type TestCustomer } from './customer';
import { createTestSubscription } from './subscription';
import { createWorld, postCard, type World } from './world';

const seconds = (instant: string): number => Date.parse(instant) / 1000;

describe('a trial', () => {
  let world: World;
  let customer: TestCustomer;
  beforeEach(async () => {
    world = await createWorld();
    customer = await createTestCustomer(world);
  });
  afterEach(() => world.close());

  const create = (params: Partial<Stripe.SubscriptionCreateParams>) =>
    world.stripe.subscriptions.create({
      customer: customer.stripeCustomerId,
      items: [{ price: customer.prices.standard }],
      ...params,
    });
  const current = (id: string) => world.stripe.subscriptions.retrieve(id);
  const invoices = async (subscription: string) =>
    (await world.stripe.invoices.list({ subscription })).data.toReversed();
  const billed = async (subscription: string) =>
    (await invoices(subscription)).map(({ amount_due, status, billing_reason: reason, lines }) => [
      reason,
      status,
      amount_due,
      lines.data[0]!.period.start,
      lines.data[0]!.period.end,
    ]);

  const begun = seconds('2026-01-31T10:00:00.000Z');
  const over = seconds('2026-02-10T00:00:00.000Z');
  const renewed = seconds('2026-03-10T00:00:00.000Z');

  it('begins with an invoice over nothing, and the anchor is its end', async () => {
    const subscription = await create({ trial_end: over, default_payment_method: 'pm_card_visa' });
    expect(subscription).toMatchObject({
      status: 'trialing',
      trial_start: begun,
      trial_end: over,
      billing_cycle_anchor: over,
      items: { data: [{ current_period_start: begun, current_period_end: over }] },
    });
    const [first] = await invoices(subscription.id);
    expect(first!.lines.data[0]).toMatchObject({
      amount: 0,
      period: { start: begun, end: over },
      pricing: { price_details: { price: customer.prices.standard } },
    });

    await world.advanceTo('2026-02-10T01:00:00.000Z' as Instant);
    expect(await current(subscription.id)).toMatchObject({ status: 'active', billing_cycle_anchor: over });
    expect(await billed(subscription.id)).toEqual([
      ['subscription_create', 'paid', 0, begun, over],
      ['subscription_cycle', 'paid', 4900, over, renewed],
    ]);
    const { data: told } = await world.stripe.events.list({ type: 'customer.subscription.trial_will_end' });
    expect(told.map(({ created }) => created)).toEqual([over - 3 * 86_400]);
  });

  it.each([
    [undefined, 'past_due', 2],
    ['create_invoice', 'past_due', 2],
    ['cancel', 'canceled', 1],
    ['pause', 'paused', 1],
  ] as const)('that ends without a payment method goes by %s', async (wish, status, count) => {
    const { id } = await create({
      trial_period_days: 7,
      ...(wish === undefined ? {} : { trial_settings: { end_behavior: { missing_payment_method: wish } } }),
    });
    await world.advanceTo('2026-02-07T11:00:00.000Z' as Instant);
    expect((await current(id)).status).toBe(status);
    expect(await invoices(id)).toHaveLength(count);
  });

  it('can be given to a running subscription: its billing date moves, without a bill or a credit', async () => {
    const { stripeSubscriptionId: id } = await createTestSubscription(world);
    await world.advanceTo('2026-02-05T00:00:00.000Z' as Instant);
    const now = seconds('2026-02-05T00:00:00.000Z');
    const moved = await world.stripe.subscriptions.update(id, {
      trial_end: over,
      proration_behavior: 'none',
    });
    expect(moved).toMatchObject({
      status: 'trialing',
      billing_cycle_anchor: over,
      items: { data: [{ current_period_start: now, current_period_end: over }] },
    });
    await world.advanceTo('2026-03-10T01:00:00.000Z' as Instant);
    expect((await billed(id)).slice(1)).toEqual([
      ['subscription_update', 'paid', 0, now, over],
      ['subscription_cycle', 'paid', 4900, over, renewed],
      ['subscription_cycle', 'paid', 4900, renewed, seconds('2026-04-10T00:00:00.000Z')],
    ]);
  });

  it('can be ended at once, which bills the first period', async () => {
    const { id } = await create({ trial_period_days: 30, default_payment_method: 'pm_card_visa' });
    expect(await world.stripe.subscriptions.update(id, { trial_end: 'now' })).toMatchObject({
      status: 'active',
      billing_cycle_anchor: begun,
    });
    expect((await billed(id))[1]).toEqual([
      'subscription_update',
      'paid',
      4900,
      begun,
      seconds('2026-02-28T10:00:00.000Z'),
    ]);
    const past = world.stripe.subscriptions.update(id, { trial_end: begun });
    await expect(past).rejects.toMatchObject({ param: 'trial_end' });
  });

  it('can begin at Checkout, where nothing is paid then', async () => {
    const session = await world.stripe.checkout.sessions.create({
      mode: 'subscription',
      customer: customer.stripeCustomerId,
      line_items: [{ price: customer.prices.standard, quantity: 1 }],
      subscription_data: { trial_period_days: 10 },
      success_url: 'https://example.com',
    });
    expect(session.amount_total).toBe(0);
    await postCard(session.url!, { number: '4242424242424242' });
    const done = await world.stripe.checkout.sessions.retrieve(session.id, { expand: ['subscription'] });
    expect(done).toMatchObject({
      status: 'complete',
      payment_status: 'no_payment_required',
      subscription: { status: 'trialing', trial_end: seconds('2026-02-10T10:00:00.000Z') },
    });
    await world.advanceTo('2026-02-10T11:00:00.000Z' as Instant);
    expect((await world.stripe.charges.list()).data.map(({ amount }) => amount)).toEqual([4900]);
  });
});
