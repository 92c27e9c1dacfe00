import type { Instant } from '../../src/domain/instants';
import { createTestSubscription, type TestSubscription } from './subscription';
import { createWorld, type World } from './world';

const seconds = (instant: string): number => Date.parse(instant) / 1000;

describe('a subscription whose collection is paused at Stripe', () => {
  let world: World;
  let subscription: TestSubscription;
  beforeEach(async () => {
    world = await createWorld();
    subscription = await createTestSubscription(world);
  });
  afterEach(() => world.close());

  const pause = (behavior: 'keep_as_draft' | 'mark_uncollectible' | 'void', resumesAt?: string) =>
    world.stripe.subscriptions.update(subscription.stripeSubscriptionId, {
      pause_collection: {
        behavior,
        ...(resumesAt === undefined ? {} : { resumes_at: seconds(resumesAt) }),
      },
    });
  const current = () => world.stripe.subscriptions.retrieve(subscription.stripeSubscriptionId);
  const invoices = async () =>
    (await world.stripe.invoices.list({ subscription: subscription.stripeSubscriptionId })).data.toReversed();

  it.each([
    ['keep_as_draft', 'draft'],
    ['mark_uncollectible', 'uncollectible'],
    ['void', 'void'],
  ] as const)('stays active and collects nothing: %s leaves what is billed %s', async (behavior, status) => {
    expect(await pause(behavior)).toMatchObject({ pause_collection: { behavior, resumes_at: null } });
    await world.advanceTo('2026-04-01T00:00:00.000Z' as Instant);
    expect((await invoices()).map((one) => one.status)).toEqual(['paid', status, status]);
    expect((await invoices()).map((one) => one.auto_advance)).toEqual([false, false, false]);
    expect((await current()).status).toBe('active');
    expect((await world.stripe.charges.list()).data).toHaveLength(1);
  });

  it('is collected again once that is taken back; a draft of before can still be paid by hand', async () => {
    await pause('keep_as_draft');
    await world.advanceTo('2026-03-01T00:00:00.000Z' as Instant);
    await world.stripe.subscriptions.update(subscription.stripeSubscriptionId, { pause_collection: '' });
    await world.advanceTo('2026-04-01T00:00:00.000Z' as Instant);
    const [, kept] = await invoices();
    expect((await invoices()).map((one) => one.status)).toEqual(['paid', 'draft', 'paid']);
    await world.stripe.invoices.finalizeInvoice(kept!.id);
    expect(await world.stripe.invoices.pay(kept!.id)).toMatchObject({ status: 'paid' });
  });

  it('goes on by itself when it was told to, and says so', async () => {
    await pause('void', '2026-03-15T00:00:00.000Z');
    await world.advanceTo('2026-04-01T00:00:00.000Z' as Instant);
    expect((await current()).pause_collection).toBeNull();
    expect((await invoices()).map((one) => one.status)).toEqual(['paid', 'void', 'paid']);
    const { data } = await world.stripe.events.list({ type: 'customer.subscription.updated' });
    expect(data.map(({ created }) => created)).toContain(seconds('2026-03-15T00:00:00.000Z'));
    await expect(pause('void', '2026-03-01T00:00:00.000Z')).rejects.toMatchObject({
      param: 'pause_collection[resumes_at]',
    });
  });
});
