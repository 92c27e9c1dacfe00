import { startFailingStripe } from './failing-stripe';
import { createTestSubscription, invoicesOf, type TestSubscription } from './subscription';
import { createWorld, later, type World } from './world';

describe('a payment that is given back', () => {
  let world: World;

  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  const paid = async (card?: string) => {
    const subscription = await createTestSubscription(world, card === undefined ? {} : { card });
    return { paymentIntentId: await paymentOf(subscription), operationId: 'refund:in_1' };
  };
  const paymentOf = async (subscription: TestSubscription) =>
    (await invoicesOf(world, subscription))[0]!.paymentIntentId!;
  const refunds = async () =>
    (await world.stripe.refunds.list({ limit: 100 })).data.map(({ amount, status }) => `${amount} ${status}`);

  it('goes back whole and once, also when the key is forgotten', async () => {
    const refund = await paid();
    expect(await world.payments.refundPayment(refund)).toBe('succeeded');
    await world.advanceTo(later(world.now(), { hours: 25 }));
    expect(await world.payments.refundPayment(refund)).toBe('succeeded');
    expect(await refunds()).toEqual(['4900 succeeded']);
  });

  it.each([true, false])('goes back once when Stripe fails at it (done all the same: %s)', async (isDone) => {
    const refund = await paid();
    const failing = await startFailingStripe(world.url);
    failing.failNext(/^\/v1\/refunds$/, isDone);
    expect(await failing.payments.refundPayment(refund)).toBe('succeeded');
    expect(await refunds()).toEqual(['4900 succeeded']);
    await failing.close();
  });

  it('goes back by what is left when somebody gave a part of it back', async () => {
    const refund = await paid();
    await world.stripe.refunds.create({ payment_intent: refund.paymentIntentId, amount: 1_000 });
    expect(await world.payments.refundPayment(refund)).toBe('succeeded');
    expect(await refunds()).toEqual(['3900 succeeded', '1000 succeeded']);
  });

  it('is under way until the bank has it', async () => {
    const refund = await paid('4000000000007726');
    expect(await world.payments.refundPayment(refund)).toBe('pending');
    await world.advanceTo(later(world.now(), { seconds: 5 }));
    expect(await world.payments.refundPayment(refund)).toBe('succeeded');
  });

  it('is left to a person when the bank sends it back, or when it is disputed', async () => {
    const refund = await paid('4000000000005126');
    await world.payments.refundPayment(refund);
    await world.advanceTo(later(world.now(), { seconds: 5 }));
    expect(await world.payments.refundPayment(refund)).toBe('failed');
    expect(await refunds()).toEqual(['4900 failed']);
    expect(await world.payments.refundPayment(await paid('4000000000000259'))).toBe('failed');
  });
});
