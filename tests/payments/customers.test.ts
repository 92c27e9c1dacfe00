import { createTestCustomer, openAddOnCheckout } from './customer';
import { createWorld, postCard, type World } from './world';

describe('a customer at Stripe', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  const create = (person: { email: string | null; name: string | null }) =>
    world.payments.createCustomer({ customerId: 'cus_ours', ...person });
  const kept = async (id: string) => {
    const found = await world.stripe.customers.retrieve(id);
    return found.deleted === true ? undefined : { email: found.email, name: found.name };
  };

  it('carries the name and the email, and is made once', async () => {
    const ada = { email: 'ada@example.com', name: 'Ada' };
    const id = await create(ada);
    expect(await create(ada)).toBe(id);
    expect(await kept(id)).toEqual(ada);
  });

  it('is deleted once: what is live ends with it, and what was paid stays', async () => {
    const customer = await createTestCustomer(world);
    const { stripeCustomerId, prices } = customer;
    const { sessionId, url } = await openAddOnCheckout(world, customer);
    const subscription = await world.stripe.subscriptions.create({
      customer: stripeCustomerId,
      items: [{ price: prices.standard }],
      collection_method: 'send_invoice',
      days_until_due: 30,
    });
    await world.payments.deleteCustomer(stripeCustomerId);
    await world.payments.deleteCustomer(stripeCustomerId);
    await world.payments.deleteCustomer('cus_unknown');
    expect(await world.payments.hasCustomer(stripeCustomerId)).toBe(false);
    expect(await world.payments.getSubscription(subscription.id)).toMatchObject({ status: 'canceled' });
    await postCard(url, { number: '4242424242424242' });
    expect(await world.payments.getCheckoutSession(sessionId)).toMatchObject({ paymentStatus: 'unpaid' });
    const invoices = await world.stripe.invoices.list({ customer: stripeCustomerId });
    expect(invoices.data).toHaveLength(1);
  });

  it.each([
    [
      { email: 'ada@localhost', name: 'Ada' },
      { email: null, name: 'Ada' },
    ],
    [
      { email: 'ada@localhost', name: null },
      { email: null, name: null },
    ],
  ])('is made without what Stripe does not take: %j', async (given, taken) => {
    await expect(world.stripe.customers.create({ email: given.email })).rejects.toMatchObject({
      code: 'email_invalid',
    });
    expect(await kept(await create(given))).toEqual(taken);
  });
});

describe('a page of Stripe', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  it.each(['http://a..b/', 'http://a/ "x', 'http://a/\u0000x'])(
    'is refused, for good, when it is to lead to %j',
    async (address) => {
      const { customerId, stripeCustomerId, prices } = await createTestCustomer(world);
      const addresses = { successUrl: address, cancelUrl: 'https://example.com' };
      const ours = { operationId: 'checkout', customerId, stripeCustomerId };
      const refused = { code: 'invalid_request', details: { field: 'successUrl' } };
      const { standard, pack } = prices;
      await expect(
        world.payments.createSubscriptionCheckout({
          ...ours,
          ...addresses,
          subscriptionId: 'sub_ours',
          priceId: standard,
        }),
      ).rejects.toMatchObject(refused);
      await expect(
        world.payments.createAddOnCheckout({
          ...ours,
          ...addresses,
          orderId: 'ord_ours',
          priceId: pack,
          quantity: 1,
        }),
      ).rejects.toMatchObject(refused);
      await expect(
        world.payments.createPortalSession({ stripeCustomerId, returnUrl: address }),
      ).rejects.toMatchObject({ code: 'invalid_request', details: { field: 'returnUrl' } });
    },
  );

  it('is refused, for good, for a customer whom Stripe does not have', async () => {
    const customer = { ...(await createTestCustomer(world)), stripeCustomerId: 'cus_deleted' };
    await expect(openAddOnCheckout(world, customer)).rejects.toMatchObject({ code: 'state_conflict' });
  });

  it('leads on to an address in any script', async () => {
    const { stripeCustomerId, prices } = await createTestCustomer(world);
    const { url } = await world.stripe.checkout.sessions.create({
      mode: 'payment',
      customer: stripeCustomerId,
      line_items: [{ price: prices.pack, quantity: 1 }],
      success_url: 'https://shop.example/ok?name=Łódź&session={CHECKOUT_SESSION_ID}',
    });
    const paid = await postCard(url!, { number: '4242424242424242' });
    expect(paid.status).toBe(303);
    expect(paid.headers.get('location')).toMatch(
      /^https:\/\/shop\.example\/ok\?name=%C5%81%C3%B3d%C5%BA&session=cs_/,
    );
  });
});
