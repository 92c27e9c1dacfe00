import type { Instant } from '../../src/domain/instants';
import { createTestCustomer, type TestCustomer } from './customer';
import { createWorld, postCard, type World } from './world';

describe('a subscription of several items', () => {
  let world: World;
  let customer: TestCustomer;
  beforeEach(async () => {
    world = await createWorld();
    customer = await createTestCustomer(world);
  });
  afterEach(() => world.close());

  const create = (...prices: string[]) =>
    world.stripe.subscriptions.create({
      customer: customer.stripeCustomerId,
      default_payment_method: 'pm_card_visa',
      items: prices.map((price, index) => ({ price, quantity: index + 1 })),
    });
  const latest = async (subscription: string) =>
    (await world.stripe.invoices.list({ subscription })).data[0]!;

  it('is billed a line for each, at every renewal', async () => {
    const { standard, pro } = customer.prices;
    const { id, items } = await create(standard, pro);
    expect(items.data.map(({ price, quantity }) => [price.id, quantity])).toEqual([
      [standard, 1],
      [pro, 2],
    ]);
    expect(await latest(id)).toMatchObject({ total: 4900 + 2 * 8900, status: 'paid' });
    await world.advanceTo('2026-02-28T11:00:00.000Z' as Instant);
    const renewal = await latest(id);
    expect(renewal.lines.data.map(({ amount }) => amount)).toEqual([17_800, 4900]);
    expect((await world.stripe.subscriptions.list({ price: pro })).data).toHaveLength(1);
  });

  it('takes items and gives them up, each with its quantity', async () => {
    const { standard, pro } = customer.prices;
    const { id, items } = await create(standard);
    const itemId = items.data[0]!.id;
    const changed = await world.stripe.subscriptions.update(id, {
      items: [{ id: itemId, quantity: 3 }, { price: pro }],
      proration_behavior: 'none',
    });
    expect(changed.items.data.map(({ price, quantity }) => [price.id, quantity])).toEqual([
      [standard, 3],
      [pro, 1],
    ]);
    const left = await world.stripe.subscriptions.update(id, { items: [{ id: itemId, deleted: true }] });
    expect(left.items.data.map(({ price }) => price.id)).toEqual([pro]);
  });

  it('refuses prices that cannot be billed together', async () => {
    const { standard, yearly } = customer.prices;
    await expect(create(standard, yearly)).rejects.toThrow('one billing interval');
    await expect(create(standard, standard)).rejects.toThrow('same price');
    const { id, items } = await create(standard);
    const empty = world.stripe.subscriptions.update(id, {
      items: [{ id: items.data[0]!.id, deleted: true }],
    });
    await expect(empty).rejects.toThrow('at least one');
    const unknown = world.stripe.subscriptions.update(id, { items: [{ id: 'si_unknown', quantity: 2 }] });
    await expect(unknown).rejects.toMatchObject({ param: 'items[0][id]' });
  });

  it('has its items changed one by one', async () => {
    const { standard, pro } = customer.prices;
    const { id: subscription, items } = await create(standard);
    const { stripe } = world;
    const added = await stripe.subscriptionItems.create({
      subscription,
      price: pro,
      proration_behavior: 'always_invoice',
    });
    expect(added).toMatchObject({ object: 'subscription_item', price: { id: pro }, quantity: 1 });
    expect((await latest(subscription)).total).toBe(8900);
    await stripe.subscriptionItems.update(added.id, { quantity: 4, proration_behavior: 'none' });
    expect(await stripe.subscriptionItems.retrieve(added.id)).toMatchObject({ quantity: 4 });
    expect((await stripe.subscriptionItems.list({ subscription })).data).toHaveLength(2);
    expect(await stripe.subscriptionItems.del(items.data[0]!.id)).toMatchObject({ deleted: true });
    expect((await stripe.subscriptions.retrieve(subscription)).items.data.map(({ id }) => id)).toEqual([
      added.id,
    ]);
  });

  it('can be sold at Checkout', async () => {
    const { standard, pro } = customer.prices;
    const session = await world.stripe.checkout.sessions.create({
      mode: 'subscription',
      customer: customer.stripeCustomerId,
      line_items: [
        { price: standard, quantity: 1 },
        { price: pro, quantity: 1 },
      ],
      success_url: 'https://example.com',
    });
    expect(session.amount_total).toBe(13_800);
    await postCard(session.url!, { number: '4242424242424242' });
    const done = await world.stripe.checkout.sessions.retrieve(session.id);
    expect((await latest(done.subscription as string)).amount_paid).toBe(13_800);
  });
});
