import Stripe from 'stripe';
import { createTestCustomer } from './customer';
import { createTestSubscription } from './subscription';
import { createWorld, later, type World } from './world';

describe('the API of the simulator', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  const call = (
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body = '',
  ): Promise<Response> =>
    fetch(`${world.url}${path}`, {
      method,
      headers: {
        Authorization: 'Bearer sk_test_world',
        'Content-Type': 'application/x-www-form-urlencoded',
        ...headers,
      },
      ...(body === '' ? {} : { body }),
    });
  const errorOf = async (answer: Response): Promise<Record<string, unknown>> =>
    ((await answer.json()) as { error: Record<string, unknown> }).error;

  describe('an idempotency key', () => {
    const create = (key: string, email: string): Promise<Response> =>
      call('POST', '/v1/customers', { 'Idempotency-Key': key }, `email=${encodeURIComponent(email)}`);

    it('gives the first answer again and says so', async () => {
      const first = await create('k1', 'a@example.com');
      const second = await create('k1', 'a@example.com');
      expect(first.headers.get('idempotent-replayed')).toBeNull();
      expect(second.headers.get('idempotent-replayed')).toBe('true');
      expect(second.headers.get('idempotency-key')).toBe('k1');
      expect(second.headers.get('original-request')).toBe(first.headers.get('request-id'));
      expect(await second.json()).toEqual(await first.json());
      expect((await world.stripe.customers.list()).data).toHaveLength(1);
    });

    it('refuses other parameters', async () => {
      await create('k1', 'a@example.com');
      const other = await create('k1', 'b@example.com');
      expect(other.status).toBe(400);
      expect(await errorOf(other)).toMatchObject({ type: 'idempotency_error' });
    });

    it('refuses a second request while the first is under way', async () => {
      const release = world.holdClock();
      const first = create('k1', 'a@example.com');
      await world.clockAsked();
      const second = await create('k1', 'a@example.com');
      release();
      expect(second.status).toBe(409);
      expect(await errorOf(second)).toMatchObject({ code: 'idempotency_key_in_use' });
      expect((await first).status).toBe(200);
      expect((await create('k1', 'a@example.com')).headers.get('idempotent-replayed')).toBe('true');
    });

    it('remembers a decline, but not a request that was wrong', async () => {
      const customer = await createTestCustomer(world);
      const charge = (order: string) =>
        world.payments.chargeOffSession({
          operationId: 'topup:1',
          customerId: customer.customerId,
          stripeCustomerId: customer.stripeCustomerId,
          orderId: order,
          paymentMethodId: 'pm_card_chargeDeclined',
          amount: { amountMinor: 9000, currency: 'usd' },
          description: '1,000 credits',
        });
      await expect(charge('ord_1')).rejects.toMatchObject({ code: 'payment_failed' });
      await expect(charge('ord_1')).rejects.toMatchObject({ code: 'payment_failed' });
      expect((await world.stripe.paymentIntents.list()).data).toHaveLength(1);
      await expect(charge('ord_2')).rejects.toBeInstanceOf(Stripe.errors.StripeIdempotencyError);

      const wrong = await call('POST', '/v1/customers', { 'Idempotency-Key': 'k2' }, 'emial=a');
      expect(wrong.status).toBe(400);
      expect((await create('k2', 'a@example.com')).status).toBe(200);
    });

    it('is forgotten after a day', async () => {
      await create('k1', 'a@example.com');
      await world.advanceTo(later(world.now(), { days: 1 }));
      expect((await create('k1', 'b@example.com')).headers.get('idempotent-replayed')).toBeNull();
    });

    it('has at most 255 characters', async () => {
      expect((await create('k'.repeat(256), 'a@example.com')).status).toBe(400);
    });
  });

  it.each([
    ['GET', '/v1/nothing', {}, 404],
    ['DELETE', '/v1/customers', {}, 404],
    ['GET', '/', {}, 404],
    ['GET', '/v1/customers/cus_missing', {}, 404],
    ['GET', '/v1/customers', { Authorization: 'Bearer sk_wrong' }, 401],
    ['GET', '/v1/customers', { 'Stripe-Version': '2020-08-27' }, 400],
    ['GET', '/v1/customers?limit=0', {}, 400],
    ['GET', '/v1/customers?colour=red', {}, 400],
    ['GET', '/v1/customers?expand[]=data.nothing', {}, 200],
    ['GET', '/v1/customers/%E0%A4%A', {}, 404],
  ])(
    'answers %s %s with an error that the SDK understands (%j: %i)',
    async (method, path, headers, status) => {
      const answer = await call(method, path, headers);
      expect(answer.status).toBe(status);
      if (status !== 200) expect(typeof (await errorOf(answer)).message).toBe('string');
    },
  );

  it('names the parameter that is wrong', async () => {
    const missing = world.stripe.prices.create({ currency: 'usd' });
    await expect(missing).rejects.toMatchObject({ code: 'parameter_missing', param: 'unit_amount' });
    const unknown = world.stripe.customers.create({ tax_exempt: 'none' });
    await expect(unknown).rejects.toMatchObject({ code: 'parameter_unknown', param: 'tax_exempt' });
    const nested = world.stripe.checkout.sessions.create({
      mode: 'payment',
      success_url: 'https://example.com',
      line_items: [{ price: 'price_missing', adjustable_quantity: { enabled: true } }],
    });
    await expect(nested).rejects.toMatchObject({ code: 'parameter_unknown' });
  });

  it('answers 404 for what the address names, and 400 for what a parameter names', async () => {
    const named = world.stripe.refunds.create({ charge: 'ch_missing' });
    await expect(named).rejects.toMatchObject({
      statusCode: 400,
      code: 'resource_missing',
      param: 'charge',
    });
    const addressed = world.stripe.refunds.retrieve('re_missing');
    await expect(addressed).rejects.toMatchObject({ statusCode: 404, code: 'resource_missing', param: 'id' });
  });

  it('shows the lists that are left out of an object to whoever asks for them', async () => {
    const { stripe } = world;
    const { session, stripeCustomerId, stripeSubscriptionId } = await createTestSubscription(world);
    const expand = ['line_items', 'customer.subscriptions', 'invoice.payments.data.payment.payment_intent'];
    const shown = await stripe.checkout.sessions.retrieve(session.sessionId, { expand });
    expect(shown.line_items?.data).toMatchObject([{ amount_total: 4900, quantity: 1 }]);
    expect(shown.customer).toMatchObject({ subscriptions: { data: [{ id: stripeSubscriptionId }] } });
    const payments = { data: [{ payment: { payment_intent: { status: 'succeeded' } } }] };
    expect(shown.invoice).toMatchObject({ payments });
    const items = await stripe.checkout.sessions.listLineItems(session.sessionId);
    expect(items.data).toEqual(shown.line_items?.data);

    const [charge] = (await stripe.charges.list({ customer: stripeCustomerId })).data;
    const refund = await stripe.refunds.create({ charge: charge!.id, amount: 100 });
    const refunded = await stripe.charges.retrieve(charge!.id, { expand: ['refunds'] });
    expect(refunded.refunds?.data.map(({ id }) => id)).toEqual([refund.id]);
  });

  it('takes a payment in two steps, and another card after a decline', async () => {
    const { stripe } = world;
    const { stripeCustomerId, session } = await createTestSubscription(world);
    const { id } = await stripe.paymentIntents.create({
      amount: 1000,
      currency: 'usd',
      customer: stripeCustomerId,
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    });
    const declined = stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_chargeDeclined' });
    await expect(declined).rejects.toMatchObject({ code: 'card_declined' });
    const paid = await stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' });
    expect([paid.status, paid.amount_received]).toEqual(['succeeded', 1000]);
    const again = stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' });
    await expect(again).rejects.toMatchObject({ code: 'payment_intent_unexpected_state' });
    const invoice = await world.payments.getInvoice(session.latestInvoiceId!);
    await expect(stripe.paymentIntents.confirm(invoice.paymentIntentId!)).rejects.toMatchObject({
      statusCode: 400,
    });
  });

  it('keeps why a subscription was canceled', async () => {
    const { stripeSubscriptionId } = await createTestSubscription(world);
    const why = { comment: 'moved', feedback: 'unused' } as const;
    const ended = await world.stripe.subscriptions.cancel(stripeSubscriptionId, {
      cancellation_details: why,
    });
    expect(ended).toMatchObject({
      status: 'canceled',
      cancellation_details: { ...why, reason: 'cancellation_requested' },
    });
  });

  it('lists events by a type with a star in it', async () => {
    await createTestSubscription(world);
    const types = async (type: string) =>
      new Set((await world.stripe.events.list({ type, limit: 100 })).data.map((event) => event.type));
    const all = await types('*');
    expect(await types('invoice.*')).toEqual(new Set([...all].filter((type) => type.startsWith('invoice.'))));
    expect(await types('*.created')).toEqual(new Set([...all].filter((type) => type.endsWith('.created'))));
    expect(await types('invoice.')).toEqual(new Set());
  });

  it('accepts Basic authentication, as people type it', async () => {
    const authorization = `Basic ${Buffer.from('sk_test_world:').toString('base64')}`;
    expect((await call('GET', '/v1/customers', { Authorization: authorization })).status).toBe(200);
  });

  it('pages through lists in both directions, newest first', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) await world.stripe.customers.create({ name });
    const names = (list: { data: { name?: string | null }[] }): string =>
      list.data.map(({ name }) => name).join('');
    const first = await world.stripe.customers.list({ limit: 2 });
    expect([names(first), first.has_more]).toEqual(['ed', true]);
    const second = await world.stripe.customers.list({ limit: 3, starting_after: first.data[1]!.id });
    expect([names(second), second.has_more]).toEqual(['cba', false]);
    const back = await world.stripe.customers.list({ limit: 2, ending_before: second.data[1]!.id });
    expect([names(back), back.has_more]).toEqual(['dc', true]);
    const all = await world.stripe.customers.list({ limit: 2 }).autoPagingToArray({ limit: 100 });
    expect(names({ data: all })).toBe('edcba');
  });

  it('filters by the time of creation', async () => {
    await world.stripe.customers.create({ name: 'early' });
    const early = Date.parse(world.now()) / 1000;
    await world.advanceTo(later(world.now(), { hours: 1 }));
    await world.stripe.customers.create({ name: 'late' });
    const created = await world.stripe.customers.list({ created: { gt: early } });
    expect(created.data.map(({ name }) => name)).toEqual(['late']);
    expect((await world.stripe.customers.list({ created: early })).data).toHaveLength(1);
  });
});
