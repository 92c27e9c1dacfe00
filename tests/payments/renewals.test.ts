import type { Instant } from '../../src/domain/instants';
import { changeCard, createTestSubscription, invoicesOf, type TestSubscription } from './subscription';
import { createWorld, later, type World } from './world';

const at = (text: string): Instant => text as Instant;

describe('renewals', () => {
  let world: World;
  let subscription: TestSubscription;

  afterEach(() => world.close());

  async function start(options: { yearly?: boolean; start?: string } = {}): Promise<void> {
    world = await createWorld(options.start === undefined ? {} : { start: options.start });
    subscription = await createTestSubscription(world, options);
  }

  const paidPeriods = async (): Promise<string[]> => {
    const invoices = await invoicesOf(world, subscription);
    return invoices
      .filter(({ status }) => status === 'paid')
      .map(({ line }) => `${line!.start} ${line!.end}`);
  };

  it('come on the day of the anchor, clamped to the end of the month, over a leap year', async () => {
    await start({ start: '2028-01-31T10:00:00.000Z' });
    await world.advanceTo(at('2028-05-01T00:00:00.000Z'));
    expect(await paidPeriods()).toEqual([
      '2028-01-31T10:00:00.000Z 2028-02-29T10:00:00.000Z',
      '2028-02-29T10:00:00.000Z 2028-03-31T10:00:00.000Z',
      '2028-03-31T10:00:00.000Z 2028-04-30T10:00:00.000Z',
      '2028-04-30T10:00:00.000Z 2028-05-31T10:00:00.000Z',
    ]);
  });

  it('come once a year for a yearly price', async () => {
    await start({ yearly: true, start: '2028-02-29T00:00:00.000Z' });
    await world.advanceTo(at('2030-01-01T00:00:00.000Z'));
    expect(await paidPeriods()).toEqual([
      '2028-02-29T00:00:00.000Z 2029-02-28T00:00:00.000Z',
      '2029-02-28T00:00:00.000Z 2030-02-28T00:00:00.000Z',
    ]);
  });

  it('are drafts for an hour and paid then', async () => {
    await start();
    const due = at('2026-02-28T10:00:00.000Z');

    await world.advanceTo(later(due, { seconds: 3599 }));
    const draft = (await invoicesOf(world, subscription)).at(-1)!;
    expect(draft).toMatchObject({ status: 'draft', billingReason: 'subscription_cycle', attemptCount: 0 });
    expect(draft.line!.start).toBe(due);

    await world.advanceTo(later(due, { hours: 1 }));
    const paid = await world.payments.getInvoice(draft.invoiceId);
    expect(paid).toMatchObject({
      status: 'paid',
      paidAt: later(due, { hours: 1 }),
      subscriptionId: 'sub_ours',
    });
  });

  it('that fail leave the subscription past due, are tried again, and recover with another card', async () => {
    await start();
    await changeCard(world, subscription, 'pm_card_chargeCustomerFail');
    const charged = at('2026-02-28T11:00:00.000Z');

    await world.advanceTo(charged);
    const [, failed] = await invoicesOf(world, subscription);
    expect(failed).toMatchObject({ status: 'open', attemptCount: 1 });
    expect((await world.payments.getSubscription(subscription.stripeSubscriptionId)).status).toBe('past_due');
    await world.advanceTo(later(charged, { days: 4 }));
    expect(await world.payments.getInvoice(failed!.invoiceId)).toMatchObject({ attemptCount: 3 });

    await changeCard(world, subscription, 'pm_card_visa');
    await world.advanceTo(later(charged, { days: 5 }));
    const recovered = await world.payments.getInvoice(failed!.invoiceId);
    expect(recovered).toMatchObject({ status: 'paid', paidAt: later(charged, { days: 5 }) });
    expect(recovered.line!.start).toBe('2026-02-28T10:00:00.000Z');
    expect((await world.payments.getSubscription(subscription.stripeSubscriptionId)).status).toBe('active');
    const failures = world.received.filter(({ type }) => type === 'invoice.payment_failed');
    expect(failures).toHaveLength(3);
  });

  it('that fail eight times in two weeks end the subscription', async () => {
    await start();
    await changeCard(world, subscription, 'pm_card_chargeCustomerFail');
    const charged = at('2026-02-28T11:00:00.000Z');
    await world.advanceTo(later(charged, { days: 30 }));
    expect(await world.payments.getSubscription(subscription.stripeSubscriptionId)).toMatchObject({
      status: 'canceled',
      endedAt: later(charged, { days: 14 }),
      endReason: 'payment_failed',
    });
    const invoices = await invoicesOf(world, subscription);
    expect(invoices.map(({ attemptCount }) => attemptCount)).toEqual([1, 8]);
    expect(world.received.at(-1)!.type).toBe('customer.subscription.deleted');
  });

  it('of a card that asks for its holder say so, and can be paid on the page of the invoice', async () => {
    await start();
    await changeCard(world, subscription, 'pm_card_authenticationRequired');
    await world.advanceTo(at('2026-02-28T11:00:00.000Z'));
    expect(world.received.map(({ type }) => type)).toContain('invoice.payment_action_required');
    const [, waiting] = await invoicesOf(world, subscription);
    const { hosted_invoice_url: page } = await world.stripe.invoices.retrieve(waiting!.invoiceId);
    const body = new URLSearchParams({ number: '4000002760003184', authentication: 'complete' });
    await fetch(page!, { method: 'POST', body, redirect: 'manual' });
    expect(await world.payments.getInvoice(waiting!.invoiceId)).toMatchObject({ status: 'paid' });
  });

  it('stop at the end of the period when they are told to, and go on when that is taken back', async () => {
    await start();
    const change = { stripeSubscriptionId: subscription.stripeSubscriptionId };
    await world.payments.scheduleCancel({ ...change, operationId: 'cancel-1' });
    const periodEnd = '2026-02-28T10:00:00.000Z';
    expect(await world.payments.getSubscription(subscription.stripeSubscriptionId)).toMatchObject({
      cancelAt: periodEnd,
      status: 'active',
    });

    await world.payments.unscheduleCancel({ ...change, operationId: 'keep-1' });
    await world.payments.unscheduleCancel({ ...change, operationId: 'keep-2' });
    expect(await world.payments.getSubscription(subscription.stripeSubscriptionId)).toMatchObject({
      cancelAt: null,
    });

    await world.payments.scheduleCancel({ ...change, operationId: 'cancel-2' });
    await world.advanceTo(at('2026-04-01T00:00:00.000Z'));
    expect(await world.payments.getSubscription(subscription.stripeSubscriptionId)).toMatchObject({
      status: 'canceled',
      endedAt: periodEnd,
      endReason: 'cancellation_requested',
    });
    expect(await invoicesOf(world, subscription)).toHaveLength(1);
  });
});
