import type { Instant } from '../../src/domain/instants';
import { changeCard, createTestSubscription, invoicesOf, type TestSubscription } from './subscription';
import { createWorld, later, type World } from './world';

describe('commands on a subscription', () => {
  let world: World;
  let subscription: TestSubscription;
  const change = (operationId: string) => ({
    operationId,
    stripeSubscriptionId: subscription.stripeSubscriptionId,
  });
  const current = () => world.payments.getSubscription(subscription.stripeSubscriptionId);

  beforeEach(async () => {
    world = await createWorld();
    subscription = await createTestSubscription(world);
    await world.advanceTo('2026-02-10T12:00:00.000Z' as Instant);
  });
  afterEach(() => world.close());

  it('upgrades now: a new period at the full price, once for one operation', async () => {
    const upgrade = { ...change('up-1'), priceId: subscription.prices.pro };
    const invoice = await world.payments.upgradeSubscription(upgrade);
    expect(await world.payments.upgradeSubscription(upgrade)).toEqual(invoice);
    expect(invoice).toMatchObject({
      status: 'paid',
      billingReason: 'subscription_update',
      amountPaid: { amountMinor: 8900 },
      line: { priceId: subscription.prices.pro, start: world.now(), end: '2026-03-10T12:00:00.000Z' },
    });
    expect((await current()).currentPeriod).toEqual({ start: world.now(), end: '2026-03-10T12:00:00.000Z' });
    await world.advanceTo('2026-03-10T13:00:00.000Z' as Instant);
    const amounts = (await invoicesOf(world, subscription)).map(({ amountPaid }) => amountPaid.amountMinor);
    expect(amounts).toEqual([4900, 8900, 8900]);
  });

  it.each([
    ['pm_card_chargeCustomerFail', 'card_declined'],
    ['pm_card_authenticationRequired', 'authentication_required'],
  ])('refuses an upgrade that %s does not pay, and nothing is owed for it', async (card, reason) => {
    await changeCard(world, subscription, card);
    const before = await current();
    const upgrade = { ...change('up-1'), priceId: subscription.prices.pro };
    for (let time = 0; time < 2; time += 1) {
      await expect(world.payments.upgradeSubscription(upgrade)).rejects.toMatchObject({
        code: 'payment_failed',
        details: { reason },
      });
    }
    expect(await current()).toEqual(before);
    expect((await invoicesOf(world, subscription)).map(({ status }) => status)).toEqual(['paid', 'void']);
    await changeCard(world, subscription, 'pm_card_visa');
    await world.advanceTo('2026-02-28T11:00:00.000Z' as Instant);
    expect((await invoicesOf(world, subscription)).at(-1)!.amountPaid.amountMinor).toBe(4900);
  });

  it('leaves a change that nobody pays pending for 23 hours, then drops it', async () => {
    await changeCard(world, subscription, 'pm_card_chargeCustomerFail');
    const { data } = (await world.stripe.subscriptions.retrieve(subscription.stripeSubscriptionId)).items;
    const pending = await world.stripe.subscriptions.update(subscription.stripeSubscriptionId, {
      items: [{ id: data[0]!.id, price: subscription.prices.pro }],
      billing_cycle_anchor: { type: 'now' },
      proration_behavior: 'none',
      payment_behavior: 'pending_if_incomplete',
    });
    expect(pending.pending_update).not.toBeNull();
    await world.advanceTo(later(world.now(), { hours: 23 }));
    expect((await invoicesOf(world, subscription)).at(-1)).toMatchObject({ status: 'void' });
    expect((await current()).items[0]?.priceId).toBe(subscription.prices.standard);
  });

  it('makes a pending change when its invoice is paid after all', async () => {
    await changeCard(world, subscription, 'pm_card_chargeCustomerFail');
    const { data } = (await world.stripe.subscriptions.retrieve(subscription.stripeSubscriptionId)).items;
    const pending = await world.stripe.subscriptions.update(subscription.stripeSubscriptionId, {
      items: [{ id: data[0]!.id, price: subscription.prices.pro }],
      billing_cycle_anchor: { type: 'now' },
      proration_behavior: 'none',
      payment_behavior: 'pending_if_incomplete',
    });
    await world.stripe.invoices.pay(pending.latest_invoice as string, { payment_method: 'pm_card_visa' });
    expect((await current()).items[0]?.priceId).toBe(subscription.prices.pro);
  });

  it('changes the price of the next period without touching this one', async () => {
    await world.payments.changeSubscriptionPrice({ ...change('down-1'), priceId: subscription.prices.pro });
    expect(await invoicesOf(world, subscription)).toHaveLength(1);
    expect((await current()).currentPeriod.end).toBe('2026-02-28T10:00:00.000Z');
    await world.advanceTo('2026-02-28T11:00:00.000Z' as Instant);
    expect((await invoicesOf(world, subscription)).at(-1)).toMatchObject({
      amountPaid: { amountMinor: 8900 },
      line: { start: '2026-02-28T10:00:00.000Z', end: '2026-03-31T10:00:00.000Z' },
    });
  });

  it('cancels now, as often as it is asked', async () => {
    await world.payments.cancelSubscription(change('cancel-1'));
    await world.payments.cancelSubscription(change('cancel-1'));
    await world.payments.cancelSubscription(change('cancel-2'));
    expect(await current()).toMatchObject({ status: 'canceled', endedAt: world.now() });
    await world.advanceTo('2026-04-30T00:00:00.000Z' as Instant);
    expect(await invoicesOf(world, subscription)).toHaveLength(1);
  });

  it('pauses without credit and bills nothing until it is resumed in its own calendar', async () => {
    await world.payments.pauseSubscription(change('pause-1'));
    await world.payments.pauseSubscription(change('pause-2'));
    expect((await current()).status).toBe('paused');
    await world.advanceTo('2026-04-15T00:00:00.000Z' as Instant);
    expect(await invoicesOf(world, subscription)).toHaveLength(1);

    expect(
      await world.payments.resumeSubscription({ ...change('resume-1'), anchor: 'unchanged' }),
    ).toBeNull();
    expect(await current()).toMatchObject({
      status: 'active',
      currentPeriod: { start: '2026-03-31T10:00:00.000Z', end: '2026-04-30T10:00:00.000Z' },
    });
    await world.advanceTo('2026-04-30T11:00:00.000Z' as Instant);
    expect((await invoicesOf(world, subscription)).at(-1)!.line!.start).toBe('2026-04-30T10:00:00.000Z');
  });

  it('resumes with a new period when that is paid, and stays paused when it is not', async () => {
    await world.payments.pauseSubscription(change('pause-1'));
    await world.advanceTo('2026-04-15T00:00:00.000Z' as Instant);
    await changeCard(world, subscription, 'pm_card_chargeCustomerFail');
    const refused = world.payments.resumeSubscription({ ...change('resume-1'), anchor: 'now' });
    await expect(refused).rejects.toMatchObject({ code: 'payment_failed' });
    expect((await current()).status).toBe('paused');

    await changeCard(world, subscription, 'pm_card_visa');
    const invoice = await world.payments.resumeSubscription({ ...change('resume-2'), anchor: 'now' });
    expect(invoice).toMatchObject({
      status: 'paid',
      line: { start: world.now(), end: '2026-05-15T00:00:00.000Z' },
    });
    expect((await current()).status).toBe('active');
  });

  it('voids a renewal that is still a draft, and one that has failed, so that neither is charged', async () => {
    await world.advanceTo('2026-02-28T10:30:00.000Z' as Instant);
    await world.payments.voidOpenInvoices(subscription.stripeSubscriptionId);
    await changeCard(world, subscription, 'pm_card_chargeCustomerFail');
    await world.advanceTo('2026-03-31T11:00:00.000Z' as Instant);
    expect((await current()).status).toBe('past_due');
    await world.payments.voidOpenInvoices(subscription.stripeSubscriptionId);
    await world.payments.voidOpenInvoices(subscription.stripeSubscriptionId);
    expect((await current()).status).toBe('active');
    await world.advanceTo('2026-04-20T00:00:00.000Z' as Instant);
    expect((await invoicesOf(world, subscription)).map(({ status }) => status)).toEqual([
      'paid',
      'void',
      'void',
    ]);
  });
});
