import type Stripe from 'stripe';
import type { Instant } from '../../src/domain/instants';
import { createTestCustomer, type TestCustomer } from './customer';
import { createWorld, postCard, type World } from './world';

describe('a discount', () => {
  let world: World;
  let customer: TestCustomer;
  beforeEach(async () => {
    world = await createWorld();
    customer = await createTestCustomer(world);
  });
  afterEach(() => world.close());

  const subscribe = async (coupon: Stripe.CouponCreateParams) => {
    const { id } = await world.stripe.coupons.create(coupon);
    return world.stripe.subscriptions.create({
      customer: customer.stripeCustomerId,
      items: [{ price: customer.prices.standard }, { price: customer.prices.pro }],
      default_payment_method: 'pm_card_visa',
      discounts: [{ coupon: id }],
    });
  };
  const invoices = async (subscription: string) =>
    (await world.stripe.invoices.list({ subscription })).data.toReversed();

  it('of a percentage comes off every line, and lasts as long as its coupon says', async () => {
    const coupon = { percent_off: 10, duration: 'repeating', duration_in_months: 2 } as const;
    const { id, discounts } = await subscribe(coupon);
    await world.advanceTo('2026-04-01T00:00:00.000Z' as Instant);
    const [first, second, third] = await invoices(id);
    expect([first!.total, second!.total, third!.total]).toEqual([12_420, 12_420, 13_800]);
    expect(first).toMatchObject({
      subtotal: 13_800,
      amount_paid: 12_420,
      total_discount_amounts: [{ amount: 1380, discount: discounts[0] }],
    });
    expect(first!.lines.data.map(({ amount, discount_amounts: off }) => [amount, off![0]!.amount])).toEqual([
      [8900, 890],
      [4900, 490],
    ]);
  });

  it('of a sum is spread over the lines, and used once', async () => {
    const { id } = await subscribe({ amount_off: 1000, currency: 'usd', duration: 'once' });
    expect((await world.stripe.subscriptions.retrieve(id)).discounts).toEqual([]);
    await world.advanceTo('2026-03-01T00:00:00.000Z' as Instant);
    const [first, second] = await invoices(id);
    expect([first!.total, second!.total]).toEqual([12_800, 13_800]);
  });

  it('can be given later and taken away, and is told with its coupon', async () => {
    const { id } = await subscribe({ id: 'HALF', percent_off: 50, duration: 'forever' });
    const shown = await world.stripe.subscriptions.retrieve(id, { expand: ['discounts.source.coupon'] });
    expect(shown.discounts[0]).toMatchObject({ source: { coupon: { id: 'HALF', percent_off: 50 } } });
    expect((await world.stripe.subscriptions.update(id, { discounts: '' })).discounts).toEqual([]);
    await world.stripe.subscriptions.update(id, { discounts: [{ coupon: 'HALF' }] });
    expect((await world.stripe.coupons.retrieve('HALF')).times_redeemed).toBe(2);
    const none = world.stripe.subscriptions.update(id, { discounts: [{ coupon: 'NONE' }] });
    await expect(none).rejects.toMatchObject({ code: 'resource_missing' });
  });

  it('is taken at Checkout, where all of it off leaves nothing to pay', async () => {
    await world.stripe.coupons.create({ id: 'ALL', percent_off: 100 });
    const session = await world.stripe.checkout.sessions.create({
      mode: 'payment',
      customer: customer.stripeCustomerId,
      line_items: [{ price: customer.prices.pack, quantity: 1 }],
      discounts: [{ coupon: 'ALL' }],
      success_url: 'https://example.com',
    });
    expect(session).toMatchObject({
      amount_subtotal: 9000,
      amount_total: 0,
      total_details: { amount_discount: 9000 },
    });
    expect((await postCard(session.url!, {})).status).toBe(303);
    const done = await world.stripe.checkout.sessions.retrieve(session.id);
    expect(done.payment_status).toBe('no_payment_required');
  });
});
