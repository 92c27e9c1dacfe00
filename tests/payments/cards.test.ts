import type { Instant } from '../../src/domain/instants';
import { createTestCustomer, openAddOnCheckout, type TestCustomer } from './customer';
import { createTestSubscription } from './subscription';
import { createWorld, postCard, type World } from './world';

describe('saved cards', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  function charge(customer: TestCustomer, paymentMethodId: string, attempt = 1) {
    return world.payments.chargeOffSession({
      operationId: `top-up:ord_1:${String(attempt)}`,
      customerId: customer.customerId,
      stripeCustomerId: customer.stripeCustomerId,
      orderId: 'ord_1',
      paymentMethodId,
      amount: { amountMinor: 9000, currency: 'usd' },
      description: '1,000 credits',
    });
  }
  const attach = async (customer: TestCustomer, name: string): Promise<string> =>
    (await world.stripe.paymentMethods.attach(name, { customer: customer.stripeCustomerId })).id;

  it('are found: the default, else that of a subscription, else the newest', async () => {
    const customer = await createTestCustomer(world);
    const find = () => world.payments.findSavedPaymentMethod(customer.stripeCustomerId);
    expect(await find()).toBeNull();
    await attach(customer, 'pm_card_visa');
    const newest = await attach(customer, 'pm_card_mastercard');
    expect(await find()).toBe(newest);
    const { stripeSubscriptionId } = await createTestSubscription(world);
    const { default_payment_method: charged } =
      await world.stripe.subscriptions.retrieve(stripeSubscriptionId);
    expect(await find()).toBe(charged);
    const settings = { invoice_settings: { default_payment_method: newest } };
    await world.stripe.customers.update(customer.stripeCustomerId, settings);
    expect(await find()).toBe(newest);
    await world.stripe.paymentMethods.detach(newest);
    expect(await find()).toBe(charged);
  });

  it('pay for an order while their holder is away, once for one attempt', async () => {
    const customer = await createTestCustomer(world);
    const method = await attach(customer, 'pm_card_visa');
    const payment = await charge(customer, method);
    expect(await charge(customer, method)).toEqual(payment);
    expect(payment).toMatchObject({ status: 'succeeded', orderId: 'ord_1', amount: { amountMinor: 9000 } });
    expect(await world.payments.getPayment(payment.paymentIntentId)).toEqual(payment);
    const listed = [];
    for await (const one of world.payments.listPayments('2026-01-31T00:00:00.000Z' as Instant))
      listed.push(one);
    expect(listed).toEqual([payment]);
  });

  it.each([
    ['pm_card_chargeCustomerFail', 'card_declined'],
    ['pm_card_authenticationRequired', 'authentication_required'],
    ['pm_card_threeDSecure2Required', 'authentication_required'],
  ])('that do not pay say why: %s', async (name, reason) => {
    const customer = await createTestCustomer(world);
    const method = await attach(customer, name);
    await expect(charge(customer, method)).rejects.toMatchObject({
      code: 'payment_failed',
      details: { reason },
    });
  });

  it('that were taken away, or cannot pay that amount, are charged nothing', async () => {
    const customer = await createTestCustomer(world);
    const method = await attach(customer, 'pm_card_visa');
    await expect(charge({ ...customer, stripeCustomerId: 'cus_deleted' }, method)).rejects.toMatchObject({
      code: 'payment_failed',
      details: { reason: 'refused' },
    });
    await world.stripe.paymentMethods.detach(method);
    await expect(charge(customer, method, 2)).rejects.toMatchObject({
      code: 'payment_failed',
      details: { reason: 'payment_method_missing' },
    });
    expect((await world.stripe.charges.list()).data).toEqual([]);
  });

  it('that are declined when they are charged can be attached, others cannot', async () => {
    const customer = await createTestCustomer(world);
    await expect(attach(customer, 'pm_card_chargeDeclined')).rejects.toMatchObject({ code: 'card_declined' });
    expect(await attach(customer, 'pm_card_chargeCustomerFail')).toMatch(/^pm_/);
  });

  it('that were authenticated at Checkout are charged without asking again', async () => {
    const subscription = await createTestSubscription(world);
    const customer = subscription.stripeCustomerId;
    const session = await world.stripe.checkout.sessions.create({
      mode: 'payment',
      customer,
      line_items: [{ price: subscription.prices.pack, quantity: 1 }],
      payment_intent_data: { setup_future_usage: 'off_session' },
      success_url: 'https://example.com',
    });
    await postCard(session.url!, { number: '4000002500003155', authentication: 'complete' });
    const [saved] = (await world.stripe.paymentMethods.list({ customer, limit: 1 })).data;
    expect(saved!.card!.last4).toBe('3155');
    expect(await charge(subscription, saved!.id)).toMatchObject({ status: 'succeeded' });
  });

  it('are changed on the page of the portal, which shows the invoices', async () => {
    const { stripeCustomerId, stripeSubscriptionId } = await createTestSubscription(world);
    const { url } = await world.payments.createPortalSession({
      stripeCustomerId,
      returnUrl: 'https://example.com/account',
    });
    expect(await (await fetch(url)).text()).toContain('49.00 USD');
    const changed = await postCard(url, { number: '4000000000000341' });
    expect(changed.headers.get('location')).toBe('https://example.com/account');
    await world.advanceTo('2026-02-28T11:00:00.000Z' as Instant);
    expect((await world.payments.getSubscription(stripeSubscriptionId)).status).toBe('past_due');
  });
});

describe('what the repair reads', () => {
  it('lists the paid invoices, complete sessions and withdrawals since an instant', async () => {
    const world = await createWorld();
    const subscription = await createTestSubscription(world);
    const { url, sessionId } = await openAddOnCheckout(world, subscription);
    await postCard(url, { number: '4000000000000259' });
    const since = world.now();
    await world.advanceTo('2026-02-28T11:00:00.000Z' as Instant);
    const all = async <T>(list: AsyncIterable<T>): Promise<T[]> => {
      const items: T[] = [];
      for await (const item of list) items.push(item);
      return items;
    };
    const { payments } = world;
    expect((await all(payments.listPaidInvoices(since))).map(({ line }) => line!.start)).toEqual([
      '2026-02-28T10:00:00.000Z',
      '2026-01-31T10:00:00.000Z',
    ]);
    expect(await all(payments.listPaidInvoices('2026-02-28T10:00:00.001Z' as Instant))).toHaveLength(1);
    const sessions = await all(payments.listCompleteSessions(since));
    expect(sessions.map((session) => session.sessionId)).toEqual([sessionId, subscription.session.sessionId]);
    expect(await all(payments.listWithdrawals(since))).toEqual([
      { kind: 'dispute', withdrawalId: expect.stringMatching(/^dp_/) as string },
    ]);
    await world.close();
  });
});
