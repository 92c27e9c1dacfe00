import { findDestination } from '../../src/payments/route-event';
import { createTestCustomer, openAddOnCheckout } from './customer';
import { createTestSubscription, type TestSubscription } from './subscription';
import { createWorld, later, postCard, type World } from './world';

describe('money that goes back', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  async function paymentOf({ session }: TestSubscription): Promise<string> {
    return (await world.payments.getInvoice(session.latestInvoiceId!)).paymentIntentId!;
  }

  it('by a refund is found with its invoice, and each part by itself', async () => {
    const subscription = await createTestSubscription(world);
    const payment_intent = await paymentOf(subscription);
    const part = await world.stripe.refunds.create({ payment_intent, amount: 1000 });
    const rest = await world.stripe.refunds.create({ payment_intent });
    expect(rest.amount).toBe(3900);
    await expect(world.stripe.refunds.create({ payment_intent })).rejects.toMatchObject({
      code: 'charge_already_refunded',
    });
    await world.advanceTo(world.now());

    const events = world.received.filter(({ type }) => type === 'refund.created');
    expect(events.map(({ objectId }) => objectId)).toEqual([part.id, rest.id]);
    expect(await findDestination(world.payments, events[0]!)).toEqual({
      to: 'subscription',
      subscriptionId: 'sub_ours',
      fact: { eventId: events[0]!.eventId, objectType: 'refund', objectId: part.id },
    });
    expect(await world.payments.getWithdrawal({ kind: 'refund', withdrawalId: part.id })).toMatchObject({
      status: 'withdrawn',
      amount: { amountMinor: 1000, currency: 'usd' },
      payment: { paymentIntentId: payment_intent, status: 'succeeded' },
      invoice: { invoiceId: subscription.session.latestInvoiceId, subscriptionId: 'sub_ours' },
    });
  });

  it('never exceeds what was paid', async () => {
    const payment_intent = await paymentOf(await createTestSubscription(world));
    const refunds = [4901, 0, -1].map((amount) => world.stripe.refunds.create({ payment_intent, amount }));
    for (const refund of refunds) await expect(refund).rejects.toMatchObject({ param: 'amount' });
  });

  it('by a refund that the bank cannot pass on comes back', async () => {
    const subscription = await createTestSubscription(world, { card: '4000000000005126' });
    const refund = await world.stripe.refunds.create({ payment_intent: await paymentOf(subscription) });
    await world.advanceTo(later(world.now(), { seconds: 5 }));
    const fact = await world.payments.getWithdrawal({ kind: 'refund', withdrawalId: refund.id });
    expect(fact.status).toBe('returned');
    expect(world.received.map(({ type }) => type)).toContain('refund.failed');
    const charge = await world.stripe.charges.retrieve(refund.charge as string);
    expect(charge).toMatchObject({ amount_refunded: 0, refunded: false });
  });

  it('by a refund that the bank has not passed on yet counts from its request', async () => {
    const subscription = await createTestSubscription(world, { card: '4000000000007726' });
    const { id, status } = await world.stripe.refunds.create({
      payment_intent: await paymentOf(subscription),
    });
    expect(status).toBe('pending');
    const refund = { kind: 'refund', withdrawalId: id } as const;
    expect((await world.payments.getWithdrawal(refund)).status).toBe('withdrawn');
    await world.advanceTo(later(world.now(), { seconds: 5 }));
    expect((await world.stripe.refunds.retrieve(id)).status).toBe('succeeded');
    expect((await world.payments.getWithdrawal(refund)).status).toBe('withdrawn');
    expect(world.received.map(({ type }) => type)).toContain('refund.updated');
  });

  it('of an add-on leads to its order', async () => {
    const customer = await createTestCustomer(world);
    const { url, sessionId } = await openAddOnCheckout(world, customer);
    await postCard(url, { number: '4242424242424242' });
    const { paymentIntentId } = await world.payments.getCheckoutSession(sessionId);
    const { id } = await world.stripe.refunds.create({ payment_intent: paymentIntentId! });
    await world.advanceTo(world.now());
    const event = world.received.find(({ type }) => type === 'refund.created')!;
    expect(await findDestination(world.payments, event)).toMatchObject({
      to: 'add_on',
      orderId: 'ord_ours',
      fact: { objectType: 'refund', objectId: id },
    });
    const fact = await world.payments.getWithdrawal({ kind: 'refund', withdrawalId: id });
    expect([fact.invoice, fact.payment?.orderId]).toEqual([null, 'ord_ours']);
  });

  describe('by a dispute', () => {
    let subscription: TestSubscription;
    let disputeId: string;
    const status = async (): Promise<string> =>
      (await world.payments.getWithdrawal({ kind: 'dispute', withdrawalId: disputeId })).status;
    const inquire = async (): Promise<void> => {
      const { url } = await openAddOnCheckout(world, subscription);
      await postCard(url, { number: '4000000000001976' });
      disputeId = (await world.stripe.disputes.list({ limit: 1 })).data[0]!.id;
    };
    const disputeEvents = (): string[] =>
      world.received.map(({ type }) => type).filter((type) => type.startsWith('charge.dispute.'));

    beforeEach(async () => {
      subscription = await createTestSubscription(world, { card: '4000000000000259' });
      const payment_intent = await paymentOf(subscription);
      disputeId = (await world.stripe.disputes.list({ payment_intent })).data[0]!.id;
    });

    it('leaves when it opens, at once after the payment', async () => {
      await world.advanceTo(world.now());
      expect(disputeEvents()).toEqual(['charge.dispute.created', 'charge.dispute.funds_withdrawn']);
      const fact = await world.payments.getWithdrawal({ kind: 'dispute', withdrawalId: disputeId });
      expect(fact).toMatchObject({
        status: 'withdrawn',
        amount: { amountMinor: 4900 },
        invoice: { invoiceId: subscription.session.latestInvoiceId },
      });
      const refund = world.stripe.refunds.create({ payment_intent: fact.payment!.paymentIntentId });
      await expect(refund).rejects.toMatchObject({ code: 'charge_disputed' });
    });

    it('comes back when the evidence wins', async () => {
      const evidence = { uncategorized_text: 'winning_evidence' };
      await world.stripe.disputes.update(disputeId, { evidence, submit: false });
      expect(await status()).toBe('withdrawn');
      await world.stripe.disputes.update(disputeId, { evidence, submit: true });
      expect(await status()).toBe('returned');
      await world.advanceTo(world.now());
      expect(disputeEvents()).toEqual([
        'charge.dispute.created',
        'charge.dispute.funds_withdrawn',
        'charge.dispute.funds_reinstated',
        'charge.dispute.closed',
      ]);
      expect(await world.stripe.disputes.retrieve(disputeId)).toMatchObject({ status: 'won' });
    });

    it('does not leave for an inquiry, unless a dispute is made of it', async () => {
      const submit = (text: string) =>
        world.stripe.disputes.update(disputeId, {
          evidence: { uncategorized_text: text, receipt: 'file_1' },
        });
      await inquire();
      expect(await status()).toBe('none');
      expect((await submit('escalate_inquiry_evidence')).status).toBe('needs_response');
      expect(await status()).toBe('withdrawn');
      expect((await submit('winning_evidence')).status).toBe('won');
      expect(await status()).toBe('returned');
    });

    it('does not leave for an inquiry that is answered', async () => {
      await inquire();
      const evidence = { uncategorized_text: 'winning_evidence' };
      expect((await world.stripe.disputes.update(disputeId, { evidence })).status).toBe('warning_closed');
      expect(await status()).toBe('none');
      await expect(world.stripe.disputes.close(disputeId)).rejects.toThrow('already closed');
    });

    it.each([
      [
        'the evidence loses',
        () =>
          world.stripe.disputes.update(disputeId, { evidence: { uncategorized_text: 'losing_evidence' } }),
      ],
      ['it is conceded', () => world.stripe.disputes.close(disputeId)],
    ])('stays away when %s', async (_, lose) => {
      await lose();
      expect(await status()).toBe('withdrawn');
      expect(await world.stripe.disputes.retrieve(disputeId)).toMatchObject({ status: 'lost' });
      await world.advanceTo(world.now());
      expect(disputeEvents().at(-1)).toBe('charge.dispute.closed');
      await expect(lose()).rejects.toThrow('already closed');
    });
  });
});
