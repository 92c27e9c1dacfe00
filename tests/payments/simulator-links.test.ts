import { createTestCustomer, type TestCustomer } from './customer';
import { createWorld, postCard, type World } from './world';

const CARD = { number: '4242424242424242' };

describe('a payment link', () => {
  let world: World;
  let customer: TestCustomer;
  beforeEach(async () => {
    world = await createWorld();
    customer = await createTestCustomer(world);
  });
  afterEach(() => world.close());

  const open = async (url: string): Promise<string> => {
    const answer = await fetch(url, { redirect: 'manual' });
    expect(answer.status).toBe(303);
    return answer.headers.get('location')!;
  };
  const sessions = async (payment_link: string) =>
    (await world.stripe.checkout.sessions.list({ payment_link })).data.toReversed();

  it('gives whoever opens it a session, with a customer of its own', async () => {
    const link = await world.stripe.paymentLinks.create({
      line_items: [{ price: customer.prices.pack, quantity: 2 }],
      metadata: { campaign: 'spring' },
      after_completion: { type: 'redirect', redirect: { url: 'https://example.com/thanks' } },
    });
    const page = await open(`${link.url}?client_reference_id=ref_1&prefilled_email=eve%40example.com`);
    const paid = await postCard(page, CARD);
    expect(paid.headers.get('location')).toBe('https://example.com/thanks');
    await postCard(await open(link.url), CARD);
    const [first, second] = await sessions(link.id);
    expect(first).toMatchObject({
      payment_link: link.id,
      client_reference_id: 'ref_1',
      metadata: { campaign: 'spring' },
      payment_status: 'paid',
      amount_total: 18_000,
      customer_details: { email: 'eve@example.com' },
    });
    expect(new Set([first!.customer, second!.customer, customer.stripeCustomerId]).size).toBe(3);
  });

  it('can be paid by a customer that exists', async () => {
    const link = await world.stripe.paymentLinks.create({
      line_items: [{ price: customer.prices.standard, quantity: 1 }],
      subscription_data: { metadata: { from: 'link' } },
    });
    const page = await open(link.url);
    expect((await postCard(page, { ...CARD, customer: 'cus_unknown' })).status).toBe(402);
    const paid = await postCard(page, { ...CARD, customer: customer.stripeCustomerId });
    expect((await fetch(new URL(paid.headers.get('location')!, world.url))).status).toBe(200);
    const [session] = await sessions(link.id);
    expect(session!.customer).toBe(customer.stripeCustomerId);
    const { data } = await world.stripe.subscriptions.list({ customer: customer.stripeCustomerId });
    expect(data).toMatchObject([{ status: 'active', metadata: { from: 'link' } }]);
  });

  it('can be closed, and says what it sells', async () => {
    const line_items = [{ price: customer.prices.pack, quantity: 1 }];
    const { id, url } = await world.stripe.paymentLinks.create({ line_items });
    const { data } = await world.stripe.paymentLinks.listLineItems(id);
    expect(data).toMatchObject([{ price: { id: customer.prices.pack }, quantity: 1 }]);
    await world.stripe.paymentLinks.update(id, { active: false });
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(410);
    expect((await world.stripe.paymentLinks.list({ active: true })).data).toEqual([]);
  });
});

describe('a checkout over nothing', () => {
  it.each([
    ['payment', {}],
    ['subscription', { payment_method_collection: 'if_required' }],
  ] as const)('is complete without a card, and needed no payment: %s', async (mode, params) => {
    const world = await createWorld();
    const { stripeCustomerId } = await createTestCustomer(world);
    const price = await world.stripe.prices.create({
      currency: 'usd',
      unit_amount: 0,
      product_data: { name: 'Free' },
      ...(mode === 'subscription' ? { recurring: { interval: 'month' } } : {}),
    });
    const session = await world.stripe.checkout.sessions.create({
      mode,
      customer: stripeCustomerId,
      line_items: [{ price: price.id, quantity: 1 }],
      success_url: 'https://example.com',
      ...params,
    });
    expect((await postCard(session.url!, {})).status).toBe(303);
    const done = await world.stripe.checkout.sessions.retrieve(session.id, { expand: ['subscription'] });
    expect(done).toMatchObject({
      status: 'complete',
      payment_status: 'no_payment_required',
      payment_intent: null,
    });
    if (mode === 'subscription') expect(done.subscription).toMatchObject({ status: 'active' });
    expect((await world.stripe.paymentIntents.list()).data).toEqual([]);
    await world.close();
  });
});
