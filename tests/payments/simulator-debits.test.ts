import type { Instant } from '../../src/domain/instants';
import { createTestCustomer, openAddOnCheckout, openSubscriptionCheckout } from './customer';
import { changeCard, createTestSubscription, type TestSubscription } from './subscription';
import { createWorld, later, postCard, type World } from './world';

const DELAYED = 'AT321904300235473204';
const DELAYED_FAILURE = 'AT051904300235473205';

describe('a debit of a bank account', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  const eventTypes = async (): Promise<string[]> =>
    (await world.stripe.events.list({ limit: 100 })).data.toReversed().map(({ type }) => type);

  describe('for a renewal', () => {
    const charged = '2026-02-28T11:00:00.000Z' as Instant;
    let subscription: TestSubscription;
    const renewAgainst = async (name: string) => {
      subscription = await createTestSubscription(world);
      await changeCard(world, subscription, name);
      await world.advanceTo(charged);
      return renewal();
    };
    const renewal = async () =>
      (await world.stripe.invoices.list({ subscription: subscription.stripeSubscriptionId })).data[0]!;
    const status = async () =>
      (await world.stripe.subscriptions.retrieve(subscription.stripeSubscriptionId)).status;
    const intent = async () => {
      const { data } = await world.stripe.invoicePayments.list({ invoice: (await renewal()).id });
      return world.stripe.paymentIntents.retrieve(data[0]!.payment.payment_intent as string);
    };

    it('is in flight for days: the invoice is open and attempted, the subscription active', async () => {
      expect(await renewAgainst('pm_successDelayed_at')).toMatchObject({
        status: 'open',
        attempted: true,
        attempt_count: 1,
        next_payment_attempt: null,
      });
      expect((await intent()).status).toBe('processing');
      await world.advanceTo(later(charged, { days: 4, hours: 23 }));
      expect([(await renewal()).status, await status()]).toEqual(['open', 'active']);
      expect(await eventTypes()).not.toContain('invoice.payment_failed');

      await world.advanceTo(later(charged, { days: 5 }));
      expect(await renewal()).toMatchObject({ status: 'paid', attempt_count: 1 });
      expect((await intent()).status).toBe('succeeded');
      expect((await eventTypes()).slice(-5)).toEqual([
        'charge.succeeded',
        'payment_intent.succeeded',
        'invoice.updated',
        'invoice.paid',
        'invoice.payment_succeeded',
      ]);
    });

    it('that fails after days makes the subscription past due, and is tried again', async () => {
      await renewAgainst('pm_usBankAccount_insufficientFunds');
      await world.advanceTo(later(charged, { days: 4 }));
      expect((await intent()).last_payment_error).toMatchObject({ code: 'insufficient_funds' });
      expect(await renewal()).toMatchObject({ status: 'open', attempt_count: 1 });
      expect(await status()).toBe('past_due');
      expect(await eventTypes()).toContain('invoice.payment_failed');
      await changeCard(world, subscription, 'pm_card_visa');
      await world.advanceTo(later(charged, { days: 5 }));
      expect([(await renewal()).status, await status()]).toEqual(['paid', 'active']);
    });

    it('takes nothing else meanwhile: no void, no second payment, no cancel of its intent', async () => {
      const { id } = await renewAgainst('pm_successDelayed_at');
      const { stripe } = world;
      const refusals = [
        stripe.invoices.voidInvoice(id),
        stripe.invoices.pay(id, { payment_method: 'pm_card_visa' }),
        stripe.invoices.pay(id, { paid_out_of_band: true }),
        stripe.paymentIntents.cancel((await intent()).id),
      ];
      for (const refusal of refusals) await expect(refusal).rejects.toMatchObject({ statusCode: 400 });
      await stripe.subscriptions.cancel(subscription.stripeSubscriptionId);
      await world.advanceTo(later(charged, { days: 5 }));
      expect([(await renewal()).status, await status()]).toEqual(['paid', 'canceled']);
    });

    it('can be asked for by hand, and the invoice stays open', async () => {
      const { id } = await renewAgainst('pm_card_chargeCustomerFail');
      const paid = await world.stripe.invoices.pay(id, { payment_method: 'pm_usBankAccount_success' });
      expect(paid.status).toBe('open');
      await world.advanceTo(later(charged, { days: 4 }));
      expect([(await renewal()).status, await status()]).toEqual(['paid', 'active']);
    });

    it('of Stripe’s quick test accounts is decided at once, of its silent one never', async () => {
      await renewAgainst('pm_failed_de');
      expect(await status()).toBe('past_due');
      await changeCard(world, subscription, 'pm_usBankAccount_processing');
      await world.advanceTo(later(charged, { days: 27 }));
      expect((await intent()).status).toBe('processing');
    });
  });

  describe('at Checkout', () => {
    it('completes the session unpaid, and tells later that it is paid', async () => {
      const customer = await createTestCustomer(world);
      const { url, sessionId } = await openAddOnCheckout(world, customer);
      expect((await postCard(url, { iban: 'AT32 1904 3002 3547 3204' })).status).toBe(303);
      const session = () =>
        world.stripe.checkout.sessions.retrieve(sessionId, { expand: ['payment_intent'] });
      expect(await session()).toMatchObject({
        status: 'complete',
        payment_status: 'unpaid',
        payment_intent: { status: 'processing' },
      });
      await world.advanceTo(later(world.now(), { days: 5 }));
      expect(await session()).toMatchObject({
        payment_status: 'paid',
        payment_intent: { status: 'succeeded' },
      });
      expect(world.received.map(({ type }) => type)).toEqual([
        'checkout.session.completed',
        'payment_intent.succeeded',
        'checkout.session.async_payment_succeeded',
      ]);
    });

    it('tells later that it failed', async () => {
      const { url, sessionId } = await openAddOnCheckout(world, await createTestCustomer(world));
      await postCard(url, { iban: DELAYED_FAILURE });
      await world.advanceTo(later(world.now(), { days: 5 }));
      expect((await world.stripe.checkout.sessions.retrieve(sessionId)).payment_status).toBe('unpaid');
      expect(world.received.at(-1)!.type).toBe('checkout.session.async_payment_failed');
    });

    it('starts a subscription that runs while the bank works', async () => {
      const customer = await createTestCustomer(world);
      const { url, sessionId } = await openSubscriptionCheckout(world, customer);
      await postCard(url, { iban: DELAYED });
      const session = () =>
        world.stripe.checkout.sessions.retrieve(sessionId, { expand: ['subscription', 'invoice'] });
      expect(await session()).toMatchObject({
        payment_status: 'unpaid',
        subscription: { status: 'active' },
        invoice: { status: 'open' },
      });
      await world.advanceTo(later(world.now(), { days: 5 }));
      expect(await session()).toMatchObject({
        payment_status: 'paid',
        subscription: { status: 'active' },
        invoice: { status: 'paid' },
      });
    });

    it('takes the number of an account in the United States, and no unknown one', async () => {
      const { url, sessionId } = await openAddOnCheckout(world, await createTestCustomer(world));
      expect((await postCard(url, { account_number: '123' })).status).toBe(402);
      expect((await postCard(url, { account_number: '000555555559' })).status).toBe(303);
      await world.advanceTo(later(world.now(), { days: 4 }));
      const { payment_intent: paid } = await world.stripe.checkout.sessions.retrieve(sessionId);
      const disputes = await world.stripe.disputes.list({ payment_intent: paid as string });
      expect(disputes.data).toHaveLength(1);
    });
  });

  it('pays an intent in days, by a payment method made of its number', async () => {
    const { stripeCustomerId: customer } = await createTestCustomer(world);
    const method = await world.stripe.paymentMethods.create({
      type: 'sepa_debit',
      sepa_debit: { iban: DELAYED },
      billing_details: { name: 'Ada', email: 'ada@example.com' },
    });
    const { id } = await world.stripe.paymentIntents.create({
      amount: 500,
      currency: 'eur',
      customer,
      payment_method: method.id,
      confirm: true,
    });
    expect((await world.stripe.paymentIntents.retrieve(id)).status).toBe('processing');
    await world.advanceTo(later(world.now(), { days: 5 }));
    expect((await world.stripe.paymentIntents.retrieve(id)).status).toBe('succeeded');
  });
});
