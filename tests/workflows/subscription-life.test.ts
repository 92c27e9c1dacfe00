import { callStripe } from '../../src/activities/payments/call-stripe';
import fc from 'fast-check';
import type Stripe from 'stripe';
import type { UpdateDefinition } from '@temporalio/common';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { Instant } from '../../src/domain/instants';
import { epochMsOf, instantOf } from '../../src/domain/instants';
import { getBalance } from '../../src/ledger/get-balance';
import { listStatement } from '../../src/ledger/list-statement';
import { deliverUnprocessedEvents } from '../../src/chores/deliver-payment-events';
import { getAddOnOrder } from '../../src/store/add-on-orders';
import { receiveStripeEvent } from '../../src/store/stripe-events';
import { readerOf } from '../../src/domain/subscriptions/subscription';
import { findSubscriptionState, getSubscription } from '../../src/store/subscriptions';
import { subscriptionWorkflowId } from '../../src/domain/keys';
import { SEARCH_ATTRIBUTES, type CommandAnswer } from '../../src/workflows/messages';
import {
  cancelUpdate,
  changePlanUpdate,
  lookAgainUpdate,
  pauseUpdate,
  recordPaymentUpdate,
  resumeUpdate,
} from '../../src/workflows/subscriptions/messages';
import { order } from './add-ons';
import { eventsOf } from './inbox';
import { payAt, stripeOf } from './stripe';
import { availableOf, command, journalOf, openAndPay, openContract } from './subscriptions';
import { openTimeHouse, type TimeHouse } from './time-house';

/** With the news of a renewal: an invoice, its payment, and the subscription's new period at Stripe. */
const EVENTS_PER_CYCLE = 30;

describe('a subscription through commands, declines and refunds', () => {
  let house: TimeHouse;
  let stripe: Stripe;
  let stopWorkers: () => Promise<void>;
  let commands = 0;

  beforeAll(async () => {
    house = await openTimeHouse();
    stripe = stripeOf(house.stripeUrl);
    stopWorkers = await house.startWorkers();
  });

  afterAll(async () => {
    await stopWorkers();
    await house.stop();
  });

  const row = (id: string) => getSubscription(house.db, id);
  const pass = async (hours: number) => {
    await house.advanceTo(instantOf(epochMsOf(await house.now()) + hours * 3_600_000));
  };
  const periodEnd = async (id: string) => (await row(id)).currentPeriodEnd!;
  const past = async (instant: Instant, hours = 2) => {
    await house.advanceTo(instantOf(epochMsOf(instant) + hours * 3_600_000));
  };
  const tell = <Args extends [unknown?]>(
    id: string,
    update: UpdateDefinition<CommandAnswer, Args>,
    ...args: Args
  ) => {
    commands += 1;
    return command(house, id, update, { id: `command-${commands}`, args });
  };
  const subscriber = async (plan: 'standard' | 'pro' = 'standard', interval: 'month' | 'year' = 'month') => {
    const customerId = await house.newCustomer(1);
    const { id } = await openAndPay(house, customerId, { plan, interval });
    await pass(0);
    return { customerId, id };
  };
  const stripeIdOf = async (id: string) => (await row(id)).stripeSubscriptionId!;
  const useCard = async (id: string, card: string) => {
    const { customer } = await stripe.subscriptions.retrieve(await stripeIdOf(id));
    const method = await stripe.paymentMethods.attach(card, { customer: customer as string });
    await stripe.subscriptions.update(await stripeIdOf(id), { default_payment_method: method.id });
  };
  const refund = async (customerId: string, amount?: number) => {
    const payment = await house
      .db<{ customer_id: string; stripe_payment_intent_id: string }>('app.payments')
      .where({ customer_id: customerId })
      .first();
    return stripe.refunds.create({
      payment_intent: payment!.stripe_payment_intent_id,
      ...(amount === undefined ? {} : { amount }),
    });
  };

  /** Brings everything since then one to three times each, shuffled. */
  const tellInAnyOrder = async (since: Instant, shuffle: readonly number[]) => {
    const places = shuffle.values();
    const events = await eventsOf(house, since);
    const news = events.flatMap((event) =>
      Array.from({ length: 1 + ((places.next().value ?? 0) % 3) }, (_, copy) => ({
        place: places.next().value ?? 0,
        event: { ...event, eventId: `${event.eventId}_${copy}_${String(shuffle[0])}` },
      })),
    );
    for (const { event } of news.toSorted((a, b) => a.place - b.place)) {
      await receiveStripeEvent(house.db, event, await house.now());
      await deliverUnprocessedEvents(house.deps, instantOf(epochMsOf(await house.now()) + 1_000));
    }
  };

  it('grants fourteen cycles from 31 January over a leap day, each on its own day and once', async () => {
    await house.advanceTo('2027-01-31T10:00:00.000Z' as Instant);
    const { customerId, id } = await subscriber();
    await house.advanceTo('2028-03-15T10:00:00.000Z' as Instant);
    const { data } = await listStatement(house.db, customerId, { limit: 100 });
    const grants = data.filter(({ subscriptionId }) => subscriptionId === id).reverse();
    expect(grants.map(({ reason }) => reason)).toEqual([
      'Standard, 2027-01-31 to 2027-02-28',
      'Standard, 2027-02-28 to 2027-03-31',
      'Standard, 2027-03-31 to 2027-04-30',
      'Standard, 2027-04-30 to 2027-05-31',
      'Standard, 2027-05-31 to 2027-06-30',
      'Standard, 2027-06-30 to 2027-07-31',
      'Standard, 2027-07-31 to 2027-08-31',
      'Standard, 2027-08-31 to 2027-09-30',
      'Standard, 2027-09-30 to 2027-10-31',
      'Standard, 2027-10-31 to 2027-11-30',
      'Standard, 2027-11-30 to 2027-12-31',
      'Standard, 2027-12-31 to 2028-01-31',
      'Standard, 2028-01-31 to 2028-02-29',
      'Standard, 2028-02-29 to 2028-03-31',
    ]);
    expect(await row(id)).toMatchObject({ status: 'active', cycle: 13 });
    const described = await house.client.workflow.getHandle(subscriptionWorkflowId(id)).describe();
    expect(described.historyLength).toBeLessThanOrEqual(EVENTS_PER_CYCLE);
    expect(described.typedSearchAttributes.get(SEARCH_ATTRIBUTES.subscriptionStatus)).toBe('active');
    expect(await tell(id, cancelUpdate, { when: 'now' })).toEqual({ outcome: 'done' });
  });

  it('upgrades at once with a new anchor and a full grant, and downgrades when the paid time ends', async () => {
    const { customerId, id } = await subscriber();
    await pass(24 * 10);
    expect(await tell(id, changePlanUpdate, { plan: 'pro' })).toEqual({ outcome: 'done' });
    const upgraded = await row(id);
    expect(upgraded).toMatchObject({ plan: 'pro', status: 'active', era: 1, cycle: 0 });
    expect(await journalOf(house, customerId)).toEqual(['grant 1', 'grant 500', 'grant 1000']);
    expect(await tell(id, changePlanUpdate, { plan: 'standard' })).toEqual({ outcome: 'done' });
    expect(await row(id)).toMatchObject({ plan: 'pro', pendingPlan: 'standard' });
    await past(await periodEnd(id));
    expect(await row(id)).toMatchObject({ plan: 'standard', pendingPlan: null, anchorAt: upgraded.anchorAt });
    expect((await journalOf(house, customerId)).slice(3)).toEqual(['grant 500']);
  });

  it('answers a repeated command as at first, also in the next run, and refuses what cannot be', async () => {
    const { customerId, id } = await subscriber();
    const upgrade = () => command(house, id, changePlanUpdate, { id: 'up once', args: [{ plan: 'pro' }] });
    expect(await upgrade()).toEqual({ outcome: 'done' });
    expect(await upgrade()).toEqual({ outcome: 'done' });
    expect(await tell(id, changePlanUpdate, { plan: 'pro' })).toMatchObject({ code: 'state_conflict' });
    expect(await tell(id, changePlanUpdate, { plan: 'custom' })).toMatchObject({ code: 'contract_required' });
    expect(await tell(id, resumeUpdate)).toMatchObject({ code: 'state_conflict' });
    await expect(tell(id, cancelUpdate, { when: 'soon' as 'now' })).rejects.toThrow();
    expect(await tell('sub_unknown', cancelUpdate, { when: 'now' })).toMatchObject({ code: 'not_found' });
    expect(await journalOf(house, customerId)).toEqual(['grant 1', 'grant 500', 'grant 1000']);
  });

  it('changes nothing when the card is declined', async () => {
    const { customerId, id } = await subscriber();
    await useCard(id, 'pm_card_chargeCustomerFail');
    expect(await tell(id, changePlanUpdate, { plan: 'pro' })).toMatchObject({ code: 'payment_failed' });
    expect(await row(id)).toMatchObject({ plan: 'standard', era: 0, status: 'active' });
    expect(await journalOf(house, customerId)).toEqual(['grant 1', 'grant 500']);
  });

  it('sees what becomes of it at Stripe, though it does not say there whose it is any more', async () => {
    const { customerId, id } = await subscriber();
    const stripeId = await stripeIdOf(id);
    await stripe.subscriptions.update(stripeId, { metadata: { scrip_subscription: '' } });
    await stripe.subscriptions.cancel(stripeId);
    expect(await tell(id, pauseUpdate)).toMatchObject({ outcome: 'refused', code: 'state_conflict' });
    expect(await tell(id, changePlanUpdate, { plan: 'pro' })).toMatchObject({ code: 'state_conflict' });
    expect(await row(id)).toMatchObject({ plan: 'standard', status: 'canceled', era: 0 });
    expect(await journalOf(house, customerId)).toEqual(['grant 1', 'grant 500']);
  });

  it('takes what Stripe refuses for an answer, that would be the same the next time', async () => {
    const { id } = await subscriber();
    const stripeSubscriptionId = await stripeIdOf(id);
    await stripe.subscriptions.cancel(stripeSubscriptionId);
    const state = await findSubscriptionState(house.db, id);
    const reader = readerOf(state!, await house.deps.clock.now());
    const call = { operationId: 'late', type: 'pause' } as const;
    expect(await callStripe(house.deps, { call, reader, stripeSubscriptionId })).toMatchObject({
      outcome: 'refused',
    });
  });

  it('ends at the end of the paid time, keeps its credits, and can be resumed before', async () => {
    const { customerId, id } = await subscriber();
    expect(await tell(id, cancelUpdate, { when: 'period_end' })).toEqual({ outcome: 'done' });
    expect((await row(id)).cancelAt).toBe(await periodEnd(id));
    expect(await tell(id, resumeUpdate)).toEqual({ outcome: 'done' });
    expect((await row(id)).cancelAt).toBeNull();
    await tell(id, cancelUpdate, { when: 'period_end' });
    await past(await periodEnd(id));
    expect(await row(id)).toMatchObject({ status: 'canceled' });
    expect(await availableOf(house, customerId)).toBe(501);
    const handle = house.client.workflow.getHandle(subscriptionWorkflowId(id));
    expect((await handle.describe()).status.name).toBe('COMPLETED');
    expect(await tell(id, resumeUpdate)).toMatchObject({ code: 'state_conflict' });
  });

  it('grants nothing while it is paused, and begins a paid period when it is resumed late', async () => {
    const { customerId, id } = await subscriber();
    expect(await tell(id, pauseUpdate)).toEqual({ outcome: 'done' });
    await pass(24 * 70);
    expect(await row(id)).toMatchObject({ status: 'paused' });
    expect(await journalOf(house, customerId)).toEqual(['grant 1', 'grant 500']);
    expect(await tell(id, resumeUpdate)).toEqual({ outcome: 'done' });
    await pass(1);
    expect(await row(id)).toMatchObject({ status: 'active' });
    expect(await journalOf(house, customerId)).toEqual(['grant 1', 'grant 500', 'grant 500']);
  });

  it('waits for money that is late, and grants its own cycle when it comes', async () => {
    const { customerId, id } = await subscriber();
    await useCard(id, 'pm_card_chargeCustomerFail');
    const due = await periodEnd(id);
    await past(due, 4);
    expect(await row(id)).toMatchObject({ status: 'past_due' });
    expect(await availableOf(house, customerId)).toBe(501);
    await useCard(id, 'pm_card_visa');
    await past(due, 24 * 4 + 2);
    expect(await row(id)).toMatchObject({ status: 'active', cycle: 1 });
    const [{ effective_at: granted } = { effective_at: null }] = await house
      .db<{ wallet_id: string; code: string; effective_at: Instant; key: string }>('ledger.journal')
      .where({ wallet_id: customerId, key: `cycle:${id}:0:${due}` });
    expect(granted).not.toBeNull();
  });

  it('ends when the last try has failed', async () => {
    const { customerId, id } = await subscriber();
    await useCard(id, 'pm_card_chargeCustomerFail');
    await past(await periodEnd(id), 24 * 20);
    expect(await row(id)).toMatchObject({ status: 'canceled' });
    expect(await journalOf(house, customerId)).toEqual(['grant 1', 'grant 500']);
  });

  it('looks at Stripe by itself when every event is lost, and at once when an operator asks', async () => {
    const { customerId, id } = await subscriber();
    house.carry = () => false;
    const due = await periodEnd(id);
    await past(due, 2);
    expect(await journalOf(house, customerId)).toEqual(['grant 1', 'grant 500']);
    expect(await tell(id, lookAgainUpdate)).toEqual({ outcome: 'done' });
    expect(await journalOf(house, customerId)).toEqual(['grant 1', 'grant 500', 'grant 500']);
    await past(await periodEnd(id), 4);
    expect(await row(id)).toMatchObject({ status: 'active', cycle: 2 });
    expect(await journalOf(house, customerId)).toEqual(['grant 1', 'grant 500', 'grant 500', 'grant 500']);
    house.carry = () => true;
    await pass(1);
    expect(await journalOf(house, customerId)).toHaveLength(4);
  });

  it('tells an operator why it waits, and goes on by the update that its card names', async () => {
    const { id, customerId } = await subscriber();
    const handle = house.client.workflow.getHandle(subscriptionWorkflowId(id));
    const card = async () =>
      (await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata')).currentDetails;
    expect(await card()).not.toContain('Waits');
    await useCard(id, 'pm_card_chargeCustomerFail');
    const due = await periodEnd(id);
    await past(due);
    expect(await card()).toContain(
      `**Waits** for its renewal of ${due} to be paid: Stripe says that the payment failed.`,
    );
    const paidThrough = instantOf(epochMsOf(due) + 86_400_000);
    const transfer = { paidThrough, reference: 'transfer 1' };
    expect(await tell(id, recordPaymentUpdate, transfer)).toEqual({ outcome: 'done' });
    expect(await card()).not.toContain('Waits');
    expect(await journalOf(house, customerId)).toEqual(['grant 1', 'grant 500', 'grant 500']);
  });

  it('is not stopped by what somebody sends it by hand', async () => {
    const { id } = await subscriber();
    const handle = house.client.workflow.getHandle(subscriptionWorkflowId(id));
    for (const argument of [
      undefined,
      null,
      'pro',
      {},
      { plan: 1, when: 1, paidThrough: 1, catalogVersion: '\0' },
    ]) {
      for (const update of ['changePlan', 'cancel', 'recordPayment', 'migrate'])
        await expect(handle.executeUpdate(update, { args: [argument] })).rejects.toThrow(
          WorkflowUpdateFailedError,
        );
      await handle.signal('paymentFact', argument);
    }
    expect(await tell(id, lookAgainUpdate)).toEqual({ outcome: 'done' });
    const paidThrough = await periodEnd(id);
    const payment = { paidThrough: '2099-02-30', reference: 'a transfer' };
    await expect(handle.executeUpdate('recordPayment', { args: [payment] })).rejects.toThrow();
    const early = { paidThrough: `${paidThrough.slice(0, 10)}T00:00:00+14:00`, reference: 'a transfer' };
    expect(await handle.executeUpdate('recordPayment', { args: [early] })).toMatchObject({
      outcome: 'refused',
      code: 'state_conflict',
    });
  });

  it('takes the credits of refunded money back, of a year first those still to come', async () => {
    const { customerId } = await subscriber('standard', 'year');
    await pass(24 * 40);
    expect(await journalOf(house, customerId)).toEqual(['grant 1', 'grant 500', 'grant 500']);
    await refund(customerId, 27_000 / 2);
    await pass(1);
    expect(await journalOf(house, customerId)).toEqual(['grant 1', 'grant 500', 'grant 500']);
    await refund(customerId);
    await pass(1);
    expect((await journalOf(house, customerId)).slice(3)).toEqual(['clawback 1000']);
    await pass(24 * 35);
    expect((await journalOf(house, customerId)).slice(3)).toEqual(['clawback 1000']);
    expect(await getBalance(house.db, customerId)).toMatchObject({ available: 1, owed: 0 });
  });

  it('writes down what it takes back before it does so, for a turn that is taken again would take another amount', async () => {
    const { customerId, id } = await subscriber('standard', 'year');
    await refund(customerId);
    await pass(1);
    expect((await journalOf(house, customerId)).slice(2)).toEqual(['clawback 500']);
    const { events } = await house.client.workflow.getHandle(subscriptionWorkflowId(id)).fetchHistory();
    const scheduled = (events ?? []).map(
      (event) => event.activityTaskScheduledEventAttributes?.activityType?.name,
    );
    expect(scheduled.filter((name) => name === 'carryOutSubscription')).toHaveLength(1);
  });

  it('takes the credits of a disputed order back at once, and restores them when it is won', async () => {
    const { customerId } = await subscriber();
    const bought = await order(house, customerId, 1);
    await payAt(bought.checkoutUrl, '4000000000000259');
    await pass(1);
    expect((await getAddOnOrder(house.db, bought.id)).status).toBe('paid');
    expect((await journalOf(house, customerId)).slice(2)).toEqual(['grant 1000', 'clawback 1000']);
    const { data } = await stripe.disputes.list({ limit: 1 });
    const evidence = { uncategorized_text: 'winning_evidence' };
    await stripe.disputes.update(data[0]!.id, { evidence, submit: true });
    await pass(1);
    expect((await journalOf(house, customerId)).slice(4)).toEqual(['clawback_undo 1000']);
  });

  it('ends with the same ledger in whatever order, and however often, the news of a month comes', async () => {
    const anyOrder = fc.array(fc.nat(1_000_000), { minLength: 200, maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(anyOrder, async (shuffle) => {
        house.carry = () => false;
        const since = await house.now();
        const customerId = await house.newCustomer(1);
        const { id } = await openAndPay(house, customerId);
        const bought = await order(house, customerId, 1);
        await payAt(bought.checkoutUrl);
        const session = (await stripe.checkout.sessions.list({ limit: 1 })).data[0]!;
        await stripe.refunds.create({ payment_intent: session.payment_intent as string, amount: 2_000 });
        await tellInAnyOrder(since, shuffle);
        await pass(24 * 32);
        await tellInAnyOrder(since, shuffle.toReversed());
        await pass(1);
        const expected = ['clawback 500', 'grant 1', 'grant 1000', 'grant 500', 'grant 500'];
        expect([...(await journalOf(house, customerId))].sort()).toEqual(expected);
        expect(await tell(id, cancelUpdate, { when: 'now' })).toEqual({ outcome: 'done' });
      }),
      { numRuns: 4 },
    );
    house.carry = () => true;
  });

  it('serves a contract by an invoice, or by money that an operator has seen', async () => {
    const customerId = await house.newCustomer(1);
    const { id } = await openContract(house, customerId, 4);
    // The term begins with the money, four days after the first day that Stripe bills.
    await pass(24 * 4);
    const through = instantOf(epochMsOf(await house.now()) + 60 * 86_400_000);
    expect(await row(id)).toMatchObject({ status: 'incomplete', plan: 'custom', collection: 'invoice' });
    expect(await tell(id, recordPaymentUpdate, { paidThrough: through, reference: 'wire 7' })).toEqual({
      outcome: 'done',
    });
    expect(await row(id)).toMatchObject({ status: 'active', paidThrough: through });
    expect(await journalOf(house, customerId)).toEqual(['grant 1', 'grant 6000']);
    await past(await periodEnd(id));
    expect(await journalOf(house, customerId)).toEqual(['grant 1', 'grant 6000', 'grant 6000']);
    const payments = await house.db('app.payments').where({ subscription_id: id });
    expect(payments).toEqual([expect.objectContaining({ credits: 12_000, plan: 'custom' })]);
    const { cancelAt: end } = await row(id);
    await past(end!, 24 * 40);
    expect((await row(id)).status).toBe('canceled');
    const stripeId = await stripeIdOf(id);
    expect((await stripe.subscriptions.retrieve(stripeId)).status).toBe('canceled');
    const invoices = await stripe.invoices.list({ subscription: stripeId, limit: 100 });
    // Two months that an operator has recorded are nobody's debt, and neither is the fifth, billed four days before the end.
    const statuses = invoices.data.map(({ status }) => status).reverse();
    expect(statuses).toEqual(['paid', 'paid', 'open', 'open', 'void']);
  });
});
