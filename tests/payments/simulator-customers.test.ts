import { createTestCustomer, openAddOnCheckout } from './customer';
import { createTestSubscription } from './subscription';
import { createWorld, postCard, type World } from './world';

describe('a customer that was deleted at Stripe', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  const eventTypes = async (): Promise<string[]> =>
    (await world.stripe.events.list({ limit: 100 })).data.toReversed().map(({ type }) => type);

  it('is answered with a stub, and takes no change any more', async () => {
    const { stripeCustomerId: id, prices } = await createTestCustomer(world);
    const stub = { id, object: 'customer', deleted: true };
    expect(await world.stripe.customers.del(id)).toMatchObject(stub);
    expect(await world.stripe.customers.retrieve(id)).toMatchObject(stub);
    expect((await world.stripe.customers.list()).data).toEqual([]);
    expect(await world.payments.hasCustomer(id)).toBe(false);
    const missing = { code: 'resource_missing' };
    await expect(world.stripe.customers.update(id, { name: 'Ada' })).rejects.toMatchObject(missing);
    await expect(world.stripe.customers.del(id)).rejects.toMatchObject(missing);
    const attach = world.stripe.paymentMethods.attach('pm_card_visa', { customer: id });
    await expect(attach).rejects.toMatchObject({ ...missing, statusCode: 400 });
    const items = [{ price: prices.standard }];
    await expect(world.stripe.subscriptions.create({ customer: id, items })).rejects.toMatchObject(missing);
    await expect(world.stripe.invoices.create({ customer: id })).rejects.toMatchObject(missing);
  });

  it('loses its subscriptions and cards at once; its invoices stay as they were', async () => {
    const subscription = await createTestSubscription(world);
    const { stripeCustomerId, stripeSubscriptionId, session } = subscription;
    await world.stripe.customers.del(stripeCustomerId);
    const ended = await world.stripe.subscriptions.retrieve(stripeSubscriptionId, { expand: ['customer'] });
    expect(ended).toMatchObject({ status: 'canceled', customer: { id: stripeCustomerId, deleted: true } });
    expect((await eventTypes()).slice(-3)).toEqual([
      'customer.subscription.deleted',
      'payment_method.detached',
      'customer.deleted',
    ]);
    expect(await world.stripe.invoices.retrieve(session.latestInvoiceId!)).toMatchObject({
      customer: stripeCustomerId,
      customer_email: 'ada@example.com',
      customer_name: 'Ada',
    });
  });

  it('can pay nothing that was opened before', async () => {
    const customer = await createTestCustomer(world);
    const { url } = await openAddOnCheckout(world, customer);
    const portal = await world.payments.createPortalSession({
      stripeCustomerId: customer.stripeCustomerId,
      returnUrl: 'https://example.com',
    });
    await world.stripe.customers.del(customer.stripeCustomerId);
    for (const page of [url, portal.url]) {
      expect((await postCard(page, { number: '4242424242424242' })).status).toBe(410);
    }
    expect((await world.stripe.charges.list()).data).toEqual([]);
  });
});
