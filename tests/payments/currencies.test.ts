import type { CatalogPrice } from '../../src/payments/payments';
import { openAddOnCheckout } from './customer';
import { createTestSubscription } from './subscription';
import { createWorld, postCard, type World } from './world';

const IN_POUNDS: CatalogPrice = {
  catalogVersion: 'test-1',
  plan: 'standard',
  interval: 'month',
  pack: null,
  name: 'Standard',
  price: { amountMinor: 3900, currency: 'gbp' },
  isDefaultCurrency: false,
};

describe('a price in a second currency', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  it('is another price at Stripe, made once, beside the one that was there before there were several', async () => {
    const { prices } = await createTestSubscription(world);
    const [inPounds] = await world.payments.ensurePrices([IN_POUNDS]);
    expect(inPounds).not.toBe(prices.standard);
    expect(await world.payments.ensurePrices([IN_POUNDS])).toEqual([inPounds]);
    const keys = (await world.stripe.prices.list({ limit: 100 })).data.map(({ lookup_key: key }) => key);
    expect(keys.sort()).toEqual([
      'scrip:test-1:pack_1000',
      'scrip:test-1:pro:month',
      'scrip:test-1:standard:month',
      'scrip:test-1:standard:month:gbp',
      'scrip:test-1:standard:year',
    ]);
  });

  it('can begin a subscription only when none in another runs, and whoever asks is told so', async () => {
    const subscription = await createTestSubscription(world);
    const { customerId, stripeCustomerId, stripeSubscriptionId } = subscription;
    const [priceId = ''] = await world.payments.ensurePrices([IN_POUNDS]);
    const open = (operationId: string) =>
      world.payments.createSubscriptionCheckout({
        operationId,
        customerId,
        stripeCustomerId,
        subscriptionId: 'sub_other',
        priceId,
        successUrl: 'https://example.com/paid',
        cancelUrl: 'https://example.com/back',
      });
    const refused = {
      code: 'state_conflict',
      message: expect.stringContaining('another currency') as unknown,
    };
    await expect(open('checkout:one')).rejects.toMatchObject(refused);
    const invoiced = { operationId: 'invoiced:one', customerId, stripeCustomerId, priceId, daysUntilDue: 30 };
    await expect(
      world.payments.createInvoicedSubscription({ ...invoiced, subscriptionId: 'sub_other' }),
    ).rejects.toMatchObject(refused);
    expect(await world.stripe.customers.retrieve(stripeCustomerId)).toMatchObject({ currency: 'usd' });

    await world.payments.cancelSubscription({ operationId: 'end', stripeSubscriptionId });
    const { url, sessionId } = await open('checkout:two');
    await postCard(url, { number: '4242424242424242' });
    expect(await world.payments.getCheckoutSession(sessionId)).toMatchObject({
      paymentStatus: 'paid',
      amountTotal: { amountMinor: 3900, currency: 'gbp' },
    });
    expect(await world.stripe.customers.retrieve(stripeCustomerId)).toMatchObject({ currency: 'gbp' });
    // What is paid once may be in any.
    await expect(openAddOnCheckout(world, subscription)).resolves.toMatchObject({
      url: expect.any(String) as unknown,
    });
  });
});
