import { dropEvent } from '../../src/activities/payments/drop-event';
import { noFindings } from '../../src/audit/money/findings';
import { findUnreadEvents } from '../../src/audit/money/find-unread-events';
import { listAllAlarms } from '../../src/store/alarms';
import { deliverUnprocessedEvents } from '../../src/chores/deliver-payment-events';
import { epochMsOf, instantOf } from '../../src/domain/instants';
import {
  findSubscriptionState,
  getSubscription,
  subscriptionRecord,
  subscriptionRowOf,
} from '../../src/store/subscriptions';
import { writeRecords } from '../../src/store/write-records';
import { getAddOnOrder } from '../../src/store/add-on-orders';
import { receiveStripeEvent } from '../../src/store/stripe-events';
import { subscriptionWorkflowId } from '../../src/domain/keys';
import { SEARCH_ATTRIBUTES } from '../../src/workflows/messages';
import { paymentFactDelivery, type PaymentHint } from '../../src/workflows/payments/messages';
import { lookAgainUpdate, resumeUpdate, stateQuery } from '../../src/workflows/subscriptions/messages';
import { order } from './add-ons';
import { deliverToInbox, eventsOf } from './inbox';
import { payAt } from './stripe';
import { openStripeHouse, until, type StripeHouse } from './stripe-house';
import { availableOf, command, journalOf, open, openAndPay } from './subscriptions';

describe('a subscription and its money', () => {
  let house: StripeHouse;

  beforeAll(async () => {
    house = await openStripeHouse();
  });

  afterAll(async () => {
    await house.stop();
  });

  const isActive = async (id: string) => (await getSubscription(house.db, id)).status === 'active';
  const tell = async (subscriptionId: string, fact: PaymentHint) => {
    const [workflow, options] = paymentFactDelivery({ to: 'subscription', subscriptionId, fact });
    await house.client.workflow.signalWithStart(workflow, options);
  };
  const isDone = async (eventId: string) =>
    (await house.db('app.stripe_events').where({ event_id: eventId }).whereNotNull('processed_at')).length >
    0;
  const errorOf = async (eventId: string) => {
    const rows = house.db<{ event_id: string; last_error: string | null }>('app.stripe_events');
    return (await rows.where({ event_id: eventId }).first())?.last_error ?? null;
  };

  const isRinging = async (eventId: string) =>
    (await listAllAlarms(house.db)).some(
      ({ kind, subject }) => kind === 'unread_event' && subject === eventId,
    );
  /** A checkout of ours at Stripe that is open. */
  const openAndForget = async (customerId: string) => {
    const { id } = await open(house, customerId);
    const state = await findSubscriptionState(house.db, id);
    return { checkout: state?.checkout?.sessionId ?? '' };
  };

  it('is incomplete with a checkout until its first payment, then active with its credits', async () => {
    const customerId = await house.newCustomer(10);
    const opened = await open(house, customerId);
    expect(opened).toMatchObject({ status: 'incomplete', plan: 'standard', anchorAt: null });
    await payAt(opened.checkoutUrl);
    await deliverToInbox(house);
    await until(() => isActive(opened.id));
    expect(await journalOf(house, customerId)).toEqual(['grant 10', 'grant 500']);
    const paid = await getSubscription(house.db, opened.id);
    expect(paid).toMatchObject({ cycle: 0, checkoutUrl: null, currentPeriodStart: paid.anchorAt });
    expect(paid.nextGrantAt).toBe(paid.paidThrough);
    const handle = house.client.workflow.getHandle(subscriptionWorkflowId(opened.id));
    expect(await handle.query(stateQuery)).toMatchObject({ status: 'active', cycle: 0 });
    expect((await handle.describe()).historyLength).toBeLessThanOrEqual(60);
    const rows = await house.db('app.payments').where({ subscription_id: opened.id });
    expect(rows).toEqual([expect.objectContaining({ credits: 500, amount_minor: 2500, plan: 'standard' })]);
  });

  it('grants once for events that come three times, backwards, or under other ids', async () => {
    const customerId = await house.newCustomer(1);
    const { id } = await openAndPay(house, customerId);
    const events = (await eventsOf(house)).filter(({ subscriptionId }) => subscriptionId === id).reverse();
    for (const copy of [0, 1, 2]) {
      for (const event of events) {
        const again = { ...event, eventId: `${event.eventId}_${copy}` };
        await receiveStripeEvent(house.db, again, await house.deps.clock.now());
      }
      await deliverToInbox(house);
    }
    await until(() => isActive(id));
    await until(() => isDone(`${events[0]!.eventId}_2`));
    expect(await journalOf(house, customerId)).toEqual(['grant 1', 'grant 500']);
  });

  it('believes no event: only what Stripe itself says was paid', async () => {
    const customerId = await house.newCustomer(1);
    const unpaid = await open(house, customerId);
    const state = await findSubscriptionState(house.db, unpaid.id);
    const other = await openAndPay(house, await house.newCustomer(1));
    await deliverToInbox(house);
    await until(() => isActive(other.id));
    const paid = await house
      .db<{ id: string; subscription_id: string }>('app.payments')
      .where({ subscription_id: other.id })
      .first();
    const facts: readonly PaymentHint[] = [
      { eventId: 'evt_a', objectType: 'checkout_session', objectId: state!.checkout!.sessionId },
      { eventId: 'evt_b', objectType: 'invoice', objectId: paid!.id },
      { eventId: 'evt_c', objectType: 'invoice', objectId: 'in_nobody' },
    ];
    for (const { eventId } of facts) {
      const event = { ...(await eventsOf(house))[0]!, eventId };
      await receiveStripeEvent(house.db, event, await house.deps.clock.now());
    }
    for (const fact of facts) await tell(unpaid.id, fact);
    await until(() => isDone('evt_b'));
    expect(await getSubscription(house.db, unpaid.id)).toMatchObject({ status: 'incomplete' });
    expect(await availableOf(house, customerId)).toBe(1);
    await until(async () => (await errorOf('evt_c')) !== null);
    expect(await errorOf('evt_c')).toContain('in_nobody');
    expect(await isDone('evt_c')).toBe(false);
  });

  it('lets go of an event about a subscription that is not here once its object is over at Stripe', async () => {
    const customerId = await house.newCustomer(1);
    const { checkout } = await openAndForget(customerId);
    await house.deps.payments.expireCheckoutSession(checkout);
    const event = { ...(await eventsOf(house))[0]!, eventId: 'evt_over', subscriptionId: 'sub_stranger' };
    await receiveStripeEvent(house.db, event, await house.deps.clock.now());
    await tell('sub_stranger', { eventId: 'evt_over', objectType: 'checkout_session', objectId: checkout });
    await until(() => isDone('evt_over'));
    expect(await isRinging('evt_over')).toBe(false);
  });

  it('calls somebody at once for an event that names a subscription or an order that is not here, and takes it in no further', async () => {
    const customerId = await house.newCustomer(1);
    const { checkout } = await openAndForget(customerId);
    const event = { ...(await eventsOf(house))[0]!, type: 'checkout.session.completed', objectId: checkout };
    const strangers = [
      { ...event, eventId: 'evt_no_sub', subscriptionId: 'sub_nobody', orderId: null, named: 'sub_nobody' },
      { ...event, eventId: 'evt_no_order', subscriptionId: null, orderId: 'ord_nobody', named: 'ord_nobody' },
    ];
    for (const { named, ...stranger } of strangers) {
      await receiveStripeEvent(house.db, stranger, await house.deps.clock.now());
      await deliverUnprocessedEvents(house.deps, instantOf(epochMsOf(await house.deps.clock.now()) + 60_000));
      await until(() => isRinging(stranger.eventId));
      expect(await errorOf(stranger.eventId)).toBe(
        `it names ${named}, which does not exist here, and ${checkout} has not ended at Stripe`,
      );
      expect(await isDone(stranger.eventId)).toBe(false);
      const inquirer = { deps: house.deps, findings: noFindings(), at: await house.deps.clock.now() };
      await findUnreadEvents(inquirer);
      expect(inquirer.findings.alarmed.map(({ id }) => id)).toContain(stranger.eventId);
    }
    for (const { eventId } of strangers) {
      const drop = { at: await house.deps.clock.now(), by: 'ada', reason: 'of a test' };
      expect(await dropEvent(house.deps, eventId, drop)).toEqual({ did: 'dropped' });
      expect(await isRinging(eventId)).toBe(false);
      expect(await dropEvent(house.deps, eventId, { ...drop, by: 'bob' })).toEqual({
        did: 'nothing',
        ...drop,
      });
    }
    const inquirer = { deps: house.deps, findings: noFindings(), at: await house.deps.clock.now() };
    await findUnreadEvents(inquirer);
    expect(inquirer.findings.alarmed.map(({ id }) => id)).not.toContain('evt_no_sub');
    await expect(
      dropEvent(house.deps, 'evt_unheard', { at: inquirer.at, by: 'ada', reason: 'x' }),
    ).rejects.toMatchObject({ code: 'not_found' });
  });

  it('tries an event whose object Stripe does not have ever later, and says why', async () => {
    const event = { ...(await eventsOf(house))[0]!, eventId: 'evt_lost', type: 'refund.created' };
    const receivedAt = await house.deps.clock.now();
    await receiveStripeEvent(house.db, { ...event, objectId: 're_lost' }, receivedAt);
    const attemptsAfter = async (seconds: number): Promise<number | undefined> => {
      await deliverUnprocessedEvents(house.deps, instantOf(epochMsOf(receivedAt) + seconds * 1_000));
      const rows = house.db<{ event_id: string; attempts: number }>('app.stripe_events');
      return (await rows.where({ event_id: 'evt_lost' }).first('attempts'))?.attempts;
    };
    const attempts: unknown[] = [];
    for (const seconds of [1, 9, 11, 29, 31]) attempts.push(await attemptsAfter(seconds));
    expect(attempts).toEqual([1, 1, 2, 2, 3]);
    expect(await errorOf('evt_lost')).toContain('re_lost');
    expect(await isDone('evt_lost')).toBe(false);
  });

  it('sells packs once, also when the money comes after the order was given up', async () => {
    const customerId = await house.newCustomer(1);
    const bought = await order(house, customerId, 2);
    expect(bought).toMatchObject({ status: 'pending', credits: 2000 });
    await payAt(bought.checkoutUrl);
    await deliverToInbox(house);
    await until(async () => (await getAddOnOrder(house.db, bought.id)).status === 'paid');
    await deliverToInbox(house);
    expect(await journalOf(house, customerId)).toEqual(['grant 1', 'grant 2000']);

    const late = await order(house, customerId, 1);
    const handle = house.client.workflow.getHandle(`add-on/${late.id}`);
    await handle.terminate('as if its history were gone');
    await payAt(late.checkoutUrl);
    await deliverToInbox(house);
    await until(async () => (await getAddOnOrder(house.db, late.id)).status === 'paid');
    expect(await journalOf(house, customerId)).toEqual(['grant 1', 'grant 2000', 'grant 1000']);
    const { typedSearchAttributes } = await house.client.workflow.getHandle(`add-on/${late.id}`).describe();
    expect(typedSearchAttributes.get(SEARCH_ATTRIBUTES.customer)).toBe(customerId);
  });

  it('carries on a command that a lost run has left half done', async () => {
    const customerId = await house.newCustomer(1);
    const { id } = await openAndPay(house, customerId);
    await deliverToInbox(house);
    await until(() => isActive(id));
    await house.client.workflow.getHandle(subscriptionWorkflowId(id)).terminate('lost');
    const state = (await findSubscriptionState(house.db, id))!;
    const at = instantOf(Date.now());
    const pending = {
      commandId: 'lost',
      calls: [{ operationId: `${id}:lost`, type: 'pause' }],
      intent: { type: 'pause', at },
    } as const;
    const lost = { ...state, command: pending, revision: state.revision + 1, at };
    await writeRecords(house.db, [subscriptionRecord(lost)]);
    const answer = await command(house, id, lookAgainUpdate, { id: 'look', args: [] });
    expect(answer).toEqual({ outcome: 'done' });
    expect((await getSubscription(house.db, id)).status).toBe('paused');
    expect(await command(house, id, resumeUpdate, { id: 'resume', args: [] })).toEqual({ outcome: 'done' });
    expect((await getSubscription(house.db, id)).status).toBe('active');
  });

  it('is recorded as it is latest, also when a turn that was lost is taken again', async () => {
    const { id } = await open(house, await house.newCustomer(1));
    const subscription = await getSubscription(house.db, id);
    const state = (await findSubscriptionState(house.db, id))!;
    const seen = async (revision: number, second: number, status: 'incomplete' | 'canceled') => {
      const updatedAt = instantOf(Date.now() + second * 1_000);
      const row = subscriptionRowOf({ ...subscription, revision, status, updatedAt }, state);
      await writeRecords(house.db, [{ kind: 'subscription', row: { ...row } }]);
      return (await getSubscription(house.db, id)).status;
    };
    expect(await seen(7, 1, 'incomplete')).toBe('incomplete');
    expect(await seen(7, 3, 'canceled')).toBe('canceled');
    expect(await seen(7, 2, 'incomplete')).toBe('canceled');
    expect(await seen(6, 4, 'incomplete')).toBe('canceled');
  });

  it('replaces a checkout that was left, so that only one of them can be paid', async () => {
    const customerId = await house.newCustomer(1);
    const left = await open(house, customerId);
    const second = await open(house, customerId, { plan: 'pro' });
    await payAt(left.checkoutUrl);
    await payAt(second.checkoutUrl);
    await deliverToInbox(house);
    await until(() => isActive(second.id));
    await until(async () => (await getSubscription(house.db, left.id)).status === 'canceled');
    expect(await journalOf(house, customerId)).toEqual(['grant 1', 'grant 1000']);
  });

  it('is not begun beside one that is paid already, though nobody has heard of the payment', async () => {
    const customerId = await house.newCustomer(1);
    const { id } = await openAndPay(house, customerId);
    await expect(open(house, customerId)).rejects.toThrow(`has just paid for the subscription ${id}`);
    await deliverToInbox(house);
    await until(() => isActive(id));
    expect(await journalOf(house, customerId)).toEqual(['grant 1', 'grant 500']);
  });

  it('is taken up again from its record when its workflow is gone', async () => {
    const customerId = await house.newCustomer(1);
    const { id, checkoutUrl } = await open(house, customerId);
    await house.client.workflow
      .getHandle(subscriptionWorkflowId(id))
      .terminate('as if its history were gone');
    await payAt(checkoutUrl);
    await deliverToInbox(house);
    await until(() => isActive(id));
    expect(await journalOf(house, customerId)).toEqual(['grant 1', 'grant 500']);
  });
});
