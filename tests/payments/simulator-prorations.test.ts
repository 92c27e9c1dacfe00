import type Stripe from 'stripe';
import type { Instant } from '../../src/domain/instants';
import { changeCard, createTestSubscription, type TestSubscription } from './subscription';
import { createWorld, type World } from './world';

const seconds = (instant: string): number => Date.parse(instant) / 1000;
const MIDDLE = '2026-02-14T10:00:00.000Z' as Instant;
const END = seconds('2026-02-28T10:00:00.000Z');

describe('a change in the middle of a period', () => {
  let world: World;
  let subscription: TestSubscription;
  let itemId: string;
  beforeEach(async () => {
    world = await createWorld();
    subscription = await createTestSubscription(world);
    itemId = (await current()).items.data[0]!.id;
    await world.advanceTo(MIDDLE);
  });
  afterEach(() => world.close());

  const current = () => world.stripe.subscriptions.retrieve(subscription.stripeSubscriptionId);
  const update = (params: Stripe.SubscriptionUpdateParams) =>
    world.stripe.subscriptions.update(subscription.stripeSubscriptionId, params);
  const latest = async () =>
    (await world.stripe.invoices.list({ subscription: subscription.stripeSubscriptionId })).data[0]!;
  const toPro = () => [{ id: itemId, price: subscription.prices.pro }];
  const amounts = ({ lines }: Stripe.Invoice) => lines.data.map(({ amount }) => amount);

  it('is prorated to the second, unless told otherwise, on the next invoice', async () => {
    await update({ items: toPro() });
    const pending = await world.stripe.invoiceItems.list({ pending: true });
    expect(pending.data.toReversed()).toMatchObject([
      { amount: -2450, proration: true, period: { start: seconds(MIDDLE), end: END }, invoice: null },
      { amount: 4450, proration: true, pricing: { price_details: { price: subscription.prices.pro } } },
    ]);
    await world.advanceTo('2026-02-28T11:00:00.000Z' as Instant);
    const renewal = await latest();
    expect(renewal).toMatchObject({ billing_reason: 'subscription_cycle', status: 'paid', total: 10_900 });
    expect(amounts(renewal)).toEqual([4450, -2450, 8900]);
    expect(renewal.lines.data[0]!.parent!.invoice_item_details).toMatchObject({ proration: true });
    expect(renewal.lines.data[2]!.parent!.subscription_item_details).toMatchObject({ proration: false });
    expect((await world.stripe.invoiceItems.list({ pending: true })).data).toEqual([]);
  });

  it('is invoiced at once with always_invoice', async () => {
    const changed = await update({ items: toPro(), proration_behavior: 'always_invoice' });
    expect(changed.items.data[0]!.current_period_end).toBe(END);
    const invoice = await latest();
    expect(invoice).toMatchObject({
      billing_reason: 'subscription_update',
      status: 'paid',
      amount_paid: 2000,
    });
    expect(invoice.lines.data[1]).toMatchObject({
      amount: -2450,
      parent: {
        subscription_item_details: {
          proration: true,
          subscription_item: itemId,
          proration_details: { credited_items: { invoice: subscription.session.latestInvoiceId } },
        },
      },
    });
  });

  it('is credited from what was really billed, and leaves a total below zero to the balance', async () => {
    await update({ items: toPro(), proration_behavior: 'none' });
    await update({
      items: [{ id: itemId, price: subscription.prices.standard, quantity: 1 }],
      proration_behavior: 'none',
    });
    const prices = await world.stripe.prices.create({
      currency: 'usd',
      unit_amount: 900,
      recurring: { interval: 'month' },
      product_data: { name: 'Small' },
    });
    await update({ items: [{ id: itemId, price: prices.id }], proration_behavior: 'always_invoice' });
    const invoice = await latest();
    expect(invoice).toMatchObject({ total: -2000, amount_due: 0, status: 'paid', ending_balance: -2000 });
    const customer = subscription.stripeCustomerId;
    expect(await world.stripe.customers.retrieve(customer)).toMatchObject({ balance: -2000 });

    await world.advanceTo('2026-02-28T11:00:00.000Z' as Instant);
    expect(await latest()).toMatchObject({
      total: 900,
      starting_balance: -2000,
      ending_balance: -1100,
      amount_due: 0,
      status: 'paid',
    });
    const { data } = await world.stripe.customers.listBalanceTransactions(customer);
    expect(data.map(({ amount, type }) => [amount, type])).toEqual([
      [900, 'applied_to_invoice'],
      [-2000, 'applied_to_invoice'],
    ]);
  });

  it('of a quantity credits the old number and bills the new one', async () => {
    await update({ items: [{ id: itemId, quantity: 2 }], proration_behavior: 'always_invoice' });
    expect(amounts(await latest())).toEqual([4900, -2450]);
    await update({ items: [{ id: itemId, quantity: 1 }], proration_behavior: 'always_invoice' });
    expect(amounts(await latest())).toEqual([2450, -4900]);
    expect(await latest()).toMatchObject({ amount_due: 0, status: 'paid', ending_balance: -2450 });
  });

  it('of the anchor alone begins a period that is billed at once, with a credit for the old one', async () => {
    const moved = await update({ billing_cycle_anchor: { type: 'now' } });
    expect(moved).toMatchObject({
      billing_cycle_anchor: seconds(MIDDLE),
      items: { data: [{ current_period_start: seconds(MIDDLE) }] },
    });
    expect(amounts(await latest())).toEqual([-2450, 4900]);
    expect(await latest()).toMatchObject({ status: 'paid', amount_paid: 2450 });
    await update({ billing_cycle_anchor: { type: 'now' }, proration_behavior: 'none' });
    expect(amounts(await latest())).toEqual([4900]);
  });

  it('of an interval begins a period too', async () => {
    await update({ items: [{ id: itemId, price: subscription.prices.yearly }], proration_behavior: 'none' });
    expect(amounts(await latest())).toEqual([49_000]);
    expect((await current()).items.data[0]!.current_period_end).toBe(seconds('2027-02-14T10:00:00.000Z'));
  });

  it('that is not paid is not made when it is to wait for that', async () => {
    await changeCard(world, subscription, 'pm_card_chargeCustomerFail');
    const params = { items: toPro(), proration_behavior: 'always_invoice' } as const;
    const waiting = await update({ ...params, payment_behavior: 'pending_if_incomplete' });
    expect(waiting.items.data[0]!.price.id).toBe(subscription.prices.standard);
    expect(waiting.pending_update).not.toBeNull();
    await world.stripe.invoices.pay((await latest()).id, { payment_method: 'pm_card_visa' });
    const made = await current();
    expect(made.items.data[0]!.price.id).toBe(subscription.prices.pro);
    expect(made.items.data[0]!.current_period_end).toBe(END);
  });

  it('is credited when the subscription is canceled with prorate, and invoiced with invoice_now', async () => {
    await world.stripe.subscriptions.cancel(subscription.stripeSubscriptionId, {
      prorate: true,
      invoice_now: true,
    });
    expect(await latest()).toMatchObject({ total: -2450, status: 'paid' });
    expect(await world.stripe.customers.retrieve(subscription.stripeCustomerId)).toMatchObject({
      balance: -2450,
    });
  });

  it('is refused while the subscription is paused, if it needs an invoice', async () => {
    await world.stripe.subscriptions.pause(subscription.stripeSubscriptionId, {
      bill_for: { unused_time_from: { type: 'none' } },
    });
    const refused = update({
      items: toPro(),
      proration_behavior: 'none',
      payment_behavior: 'pending_if_incomplete',
    });
    await expect(refused).rejects.toMatchObject({ statusCode: 400 });
    await expect(update({ billing_cycle_anchor: { type: 'now' } })).rejects.toMatchObject({
      statusCode: 400,
    });
    await update({ items: toPro() });
    await world.stripe.subscriptions.resume(subscription.stripeSubscriptionId, {
      billing_cycle_anchor: { type: 'now' },
      proration_behavior: 'none',
    });
    expect(amounts(await latest())).toEqual([8900]);
    expect((await current()).status).toBe('active');
  });
});
