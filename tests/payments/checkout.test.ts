import { createTestCustomer, openAddOnCheckout, openSubscriptionCheckout } from './customer';
import { createWorld, later, postCard, type World } from './world';

const PAYS = '4242424242424242';

describe('checkout', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  it('sells a subscription and tells of its first paid period', async () => {
    const customer = await createTestCustomer(world);
    const { sessionId, url } = await openSubscriptionCheckout(world, customer);

    const paid = await postCard(url, { number: PAYS });

    expect(paid.status).toBe(303);
    expect(paid.headers.get('location')).toBe(`https://example.com/paid?session=${sessionId}`);
    const session = await world.payments.getCheckoutSession(sessionId);
    expect(session).toMatchObject({ status: 'complete', paymentStatus: 'paid', subscriptionId: 'sub_ours' });
    const invoice = await world.payments.getInvoice(session.latestInvoiceId!);
    expect(invoice).toMatchObject({
      status: 'paid',
      billingReason: 'subscription_create',
      stripeCustomerId: customer.stripeCustomerId,
      subscriptionId: 'sub_ours',
      line: { priceId: customer.prices.standard, start: world.now(), end: '2026-02-28T10:00:00.000Z' },
      amountPaid: { amountMinor: 4900, currency: 'usd' },
      paidAt: world.now(),
    });
    await world.advanceTo(world.now());
    const types = world.received.map((event) => event.type);
    expect(types).toEqual([
      'customer.subscription.created',
      'payment_intent.succeeded',
      'invoice.paid',
      'customer.subscription.updated',
      'checkout.session.completed',
    ]);
    expect(world.received.find((event) => event.type === 'invoice.paid')!.subscriptionId).toBe('sub_ours');
  });

  it('leaves nothing of a subscription whose card is declined, and takes another card', async () => {
    const customer = await createTestCustomer(world);
    const { sessionId, url } = await openSubscriptionCheckout(world, customer);

    const declined = await postCard(url, { number: '4000000000000002' });

    expect(declined.status).toBe(402);
    expect(await declined.text()).toContain('Your card was declined.');
    expect(await world.payments.getCheckoutSession(sessionId)).toMatchObject({ status: 'open' });
    expect((await world.stripe.subscriptions.list({ status: 'all' })).data).toEqual([]);
    expect((await postCard(url, { number: PAYS })).status).toBe(303);
  });

  it('charges once, however often the page is posted', async () => {
    const customer = await createTestCustomer(world);
    const { url } = await openAddOnCheckout(world, customer);
    const posts = await Promise.all(Array.from({ length: 5 }, () => postCard(url, { number: PAYS })));
    expect(posts.map((answer) => answer.status)).toEqual([303, 303, 303, 303, 303]);
    expect((await world.stripe.charges.list()).data).toHaveLength(1);
  });

  it('sells packs once and carries the order to the session and its payment', async () => {
    const customer = await createTestCustomer(world);
    const { sessionId, url } = await openAddOnCheckout(world, customer);
    await postCard(url, { number: PAYS });
    const session = await world.payments.getCheckoutSession(sessionId);
    expect(session).toMatchObject({
      mode: 'payment',
      paymentStatus: 'paid',
      orderId: 'ord_ours',
      amountTotal: { amountMinor: 18_000, currency: 'usd' },
    });
    const intent = await world.stripe.paymentIntents.retrieve(session.paymentIntentId!);
    expect(intent.metadata).toMatchObject({ scrip_order: 'ord_ours', scrip_customer: 'cus_ours' });
  });

  it('asks the bank of 3155 for an authentication before it takes the money', async () => {
    const customer = await createTestCustomer(world);
    const { url } = await openSubscriptionCheckout(world, customer);
    const asking = await postCard(url, { number: '4000002500003155' });
    expect(asking.status).toBe(402);
    expect(await asking.text()).toContain('name="authentication"');
    const failed = await postCard(url, { number: '4000002500003155', authentication: 'fail' });
    expect(failed.status).toBe(402);
    const done = await postCard(url, { number: '4000002500003155', authentication: 'complete' });
    expect(done.status).toBe(303);
  });

  it('refuses a number that is no test card', async () => {
    const { url } = await openAddOnCheckout(world, await createTestCustomer(world));
    const answer = await postCard(url, { number: '1234' });
    expect(answer.status).toBe(402);
    expect(await answer.text()).toContain('Your card number is incorrect.');
  });

  it('expires by request, and by itself after a day', async () => {
    const customer = await createTestCustomer(world);
    const first = await openAddOnCheckout(world, customer);
    const second = await openSubscriptionCheckout(world, customer);
    expect(second.expiresAt).toBe(later(world.now(), { days: 1 }));

    await world.payments.expireCheckoutSession(first.sessionId);
    await world.payments.expireCheckoutSession(first.sessionId);
    expect((await postCard(first.url, { number: PAYS })).status).toBe(410);

    await world.advanceTo(later(world.now(), { days: 1 }));
    expect(await world.payments.getCheckoutSession(second.sessionId)).toMatchObject({ status: 'expired' });
    const expired = world.received.filter((event) => event.type === 'checkout.session.expired');
    expect(expired.map((event) => event.objectId)).toEqual([first.sessionId, second.sessionId]);
  });

  it('reads an unpaid session as unpaid, whatever an event says about it', async () => {
    const { sessionId } = await openAddOnCheckout(world, await createTestCustomer(world));
    const lie = { id: sessionId, object: 'checkout.session', payment_status: 'paid', status: 'complete' };
    const event = world.payments.parseWebhook(
      ...signed({
        id: 'evt_lie',
        object: 'event',
        type: 'checkout.session.completed',
        data: { object: lie },
      }),
      world.now(),
    );
    expect(event.objectId).toBe(sessionId);
    expect(await world.payments.getCheckoutSession(sessionId)).toMatchObject({
      status: 'open',
      paymentStatus: 'unpaid',
    });

    function signed(body: object): [Buffer, string] {
      const payload = JSON.stringify(body);
      const timestamp = Date.parse(world.now()) / 1000;
      const { webhooks } = world.stripe;
      return [
        Buffer.from(payload),
        webhooks.generateTestHeaderString({ payload, secret: 'whsec_world', timestamp }),
      ];
    }
  });
});
