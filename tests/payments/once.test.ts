import type { Instant } from '../../src/domain/instants';
import type { Payments } from '../../src/payments/payments';
import { startFailingStripe, type FailingStripe } from './failing-stripe';
import { createTestSubscription, invoicesOf, type TestSubscription } from './subscription';
import { createWorld, later, type World } from './world';

/** What money depends on: a second time would cost somebody something. */
describe('an operation at Stripe', () => {
  let world: World;
  let failing: FailingStripe;
  let subscription: TestSubscription;

  beforeEach(async () => {
    world = await createWorld();
    failing = await startFailingStripe(world.url);
    subscription = await createTestSubscription(world);
    await world.advanceTo('2026-02-10T12:00:00.000Z' as Instant);
  });
  afterEach(async () => {
    await failing.close();
    await world.close();
  });

  const change = () => ({ operationId: 'op', stripeSubscriptionId: subscription.stripeSubscriptionId });
  const operations = {
    upgrade: async (payments: Payments) => {
      const invoice = await payments.upgradeSubscription({ ...change(), priceId: subscription.prices.pro });
      expect(invoice).toMatchObject({ status: 'paid', amountPaid: { amountMinor: 8900 } });
    },
    resume: async (payments: Payments) => {
      const invoice = await payments.resumeSubscription({ ...change(), anchor: 'now' });
      expect(invoice).toMatchObject({ status: 'paid', amountPaid: { amountMinor: 4900 } });
    },
    charge: async (payments: Payments) => {
      const { customerId, stripeCustomerId } = subscription;
      const [method] = (await world.stripe.paymentMethods.list({ customer: stripeCustomerId })).data;
      const fact = await payments.chargeOffSession({
        operationId: 'op',
        customerId,
        stripeCustomerId,
        orderId: 'ord_1',
        paymentMethodId: method!.id,
        amount: { amountMinor: 9000, currency: 'usd' },
        description: '1,000 credits',
      });
      expect(fact).toMatchObject({ status: 'succeeded', orderId: 'ord_1' });
    },
    contract: async (payments: Payments) => {
      const { customerId, stripeCustomerId, prices } = subscription;
      const ours = { customerId, stripeCustomerId, subscriptionId: 'sub_custom' };
      const terms = { priceId: prices.pro, daysUntilDue: 14 };
      const made = await payments.createInvoicedSubscription({ operationId: 'op', ...ours, ...terms });
      expect(made).toMatchObject({ subscriptionId: 'sub_custom' });
    },
  };
  type Name = keyof typeof operations;
  const PATHS: Readonly<Record<Name, RegExp>> = {
    upgrade: /^\/v1\/subscriptions\/[^/]+$/,
    resume: /\/resume$/,
    charge: /^\/v1\/payment_intents$/,
    contract: /^\/v1\/subscriptions$/,
  };
  const prepare = async (name: Name): Promise<void> => {
    if (name === 'resume') await world.payments.pauseSubscription({ ...change(), operationId: 'pause' });
  };
  /** All the money that was asked for. */
  const asked = async () => ({
    invoices: (await world.stripe.invoices.list({ limit: 100 })).data.length,
    charges: (await world.stripe.charges.list({ limit: 100 })).data.length,
  });
  const NAMES = Object.keys(operations) as Name[];

  it.each(NAMES)(
    'is done once, also when its answer is lost for longer than Stripe keeps it: %s',
    async (name) => {
      await prepare(name);
      await operations[name](world.payments);
      const once = await asked();
      await world.advanceTo(later(world.now(), { hours: 25 }));
      const day = await asked();
      await operations[name](world.payments);
      expect(await asked()).toEqual(day);
      expect(once.charges).toBeGreaterThan(0);
    },
  );

  it.each(NAMES.flatMap((name) => [[name, true] as const, [name, false] as const]))(
    'is done once, also when Stripe failed and repeats that for a day: %s (done all the same: %s)',
    async (name, isDone) => {
      await prepare(name);
      const before = await asked();
      failing.failNext(PATHS[name], isDone);
      await operations[name](failing.payments);
      const after = await asked();
      const paidNow = name === 'contract' ? 0 : 1;
      expect(after.charges - before.charges).toBe(paidNow);
      expect(after.invoices - before.invoices).toBe(name === 'charge' ? 0 : 1);
    },
  );

  it.each([
    ['of the first period', false, '2026-02-12T00:00:00.000Z'],
    ['of an upgrade that is used up', true, '2026-04-15T00:00:00.000Z'],
  ])('takes no old payment, %s, for a resume that somebody else made', async (_, isUpgraded, at) => {
    const { stripeSubscriptionId } = subscription;
    if (isUpgraded) await operations.upgrade(world.payments);
    await prepare('resume');
    await world.advanceTo(at as Instant);
    const unchanged = { billing_cycle_anchor: { type: 'unchanged' }, proration_behavior: 'none' } as const;
    await world.stripe.subscriptions.resume(stripeSubscriptionId, unchanged);
    const before = await asked();
    const resumed = world.payments.resumeSubscription({ ...change(), operationId: 'late', anchor: 'now' });
    await expect(resumed).rejects.toThrow('it is not paused');
    expect(await asked()).toEqual(before);
  });

  it('goes on when Stripe failed at something that can be done twice', async () => {
    const { prices } = subscription;
    failing.failNext(/^\/v1\/customers$/, true);
    const stripeCustomerId = await failing.payments.createCustomer({
      customerId: 'cus_new',
      email: null,
      name: null,
    });
    failing.failNext(/^\/v1\/checkout\/sessions$/, true);
    const addresses = { successUrl: 'https://example.com/paid', cancelUrl: 'https://example.com/back' };
    const order = { customerId: 'cus_new', orderId: 'ord_2', priceId: prices.pack, quantity: 1 };
    const ours = { operationId: 'checkout', stripeCustomerId, ...order, ...addresses };
    expect((await failing.payments.createAddOnCheckout(ours)).url).toContain('/c/pay/');
    failing.failNext(/\/pause$/, true);
    await failing.payments.pauseSubscription(change());
    expect((await world.payments.getSubscription(subscription.stripeSubscriptionId)).status).toBe('paused');
    expect(await invoicesOf(world, subscription)).toHaveLength(1);
  });
});
