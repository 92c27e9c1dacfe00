import { WithStartWorkflowOperation } from '@temporalio/client';
import { openTopUp } from '../../src/activities/top-ups/buy-top-up';
import { noticeAllCredits, noticeCredits } from '../../src/activities/top-ups/notice-credits';
import { credits } from '../../src/domain/credits';
import { instantOf } from '../../src/domain/instants';
import { findAutoTopUp, saveAutoTopUp } from '../../src/store/auto-top-ups';
import { getSubscription } from '../../src/store/subscriptions';
import {
  observeCreditsSignal,
  removeAutoTopUpUpdate,
  setAutoTopUpUpdate,
  TOP_UP_WORKFLOW,
  topUpStart,
} from '../../src/workflows/top-ups/messages';
import { deliverToInbox } from './inbox';
import { generating, spendOf, spendToTheEnd } from './spends';
import { stripeOf } from './stripe';
import { openStripeHouse, until, type StripeHouse } from './stripe-house';
import { availableOf, journalOf, openAndPay } from './subscriptions';
import { expectThreeProperties } from './three-properties';

describe('automatic top-up', () => {
  let house: StripeHouse;

  beforeAll(async () => {
    house = await openStripeHouse();
  });

  afterAll(async () => {
    await house.stop();
  });

  const subscriber = async (): Promise<string> => {
    const customerId = await house.newCustomer(1);
    const { id } = await openAndPay(house, customerId);
    await deliverToInbox(house);
    await until(async () => (await getSubscription(house.db, id)).status === 'active');
    return customerId;
  };
  const startOf = (customerId: string) =>
    new WithStartWorkflowOperation(TOP_UP_WORKFLOW, topUpStart(customerId));
  const set = async (customerId: string, threshold: number, monthlyMaximum = 2, pack = 'add_on_1000') => {
    const setting = { threshold: credits(threshold), pack, quantity: 1, monthlyMaximum };
    const startWorkflowOperation = startOf(customerId);
    await house.client.workflow.executeUpdateWithStart(setAutoTopUpUpdate, {
      args: [setting],
      startWorkflowOperation,
    });
    await ended(customerId);
  };
  const ended = (customerId: string) =>
    house.client.workflow.getHandle(topUpStart(customerId).workflowId).result();
  const observe = async (customerId: string) => {
    await house.client.workflow.signalWithStart(TOP_UP_WORKFLOW, {
      ...topUpStart(customerId),
      signal: observeCreditsSignal,
    });
    await ended(customerId);
  };

  it('buys when a spend leaves too little, and no more than the month allows', async () => {
    const customerId = await subscriber();
    await set(customerId, 501, 2);
    expect(await availableOf(house, customerId)).toBe(501);
    await spendToTheEnd(house, spendOf(customerId, 'one', generating('a stone')));
    await until(async () => (await availableOf(house, customerId)) === 1500);
    await ended(customerId);
    expect(await findAutoTopUp(house.db, customerId)).toMatchObject({ boughtInMonth: 1, pending: null });
    await set(customerId, 5000, 2);
    expect(await availableOf(house, customerId)).toBe(2500);
    await observe(customerId);
    expect(await availableOf(house, customerId)).toBe(2500);
    const startWorkflowOperation = startOf(customerId);
    await house.client.workflow.executeUpdateWithStart(removeAutoTopUpUpdate, { startWorkflowOperation });
    expect(await findAutoTopUp(house.db, customerId)).toMatchObject({ setting: null });
  });

  it('stops at a decline, says why, and goes on when it is set again', async () => {
    const customerId = await subscriber();
    const merchant = stripeOf(house.stripeUrl);
    const { stripe_customer_id: customer } = (await house
      .db<{ id: string; stripe_customer_id: string }>('app.customers')
      .where({ id: customerId })
      .first())!;
    const bad = await merchant.paymentMethods.attach('pm_card_chargeCustomerFail', { customer });
    await merchant.customers.update(customer, { invoice_settings: { default_payment_method: bad.id } });
    await set(customerId, 600);
    expect(await findAutoTopUp(house.db, customerId)).toMatchObject({
      stopped: { reason: 'declined' },
      boughtInMonth: 0,
    });
    expect(await journalOf(house, customerId)).toEqual(['grant 1', 'grant 500']);
    await observe(customerId);
    const good = await merchant.paymentMethods.attach('pm_card_visa', { customer });
    await merchant.customers.update(customer, { invoice_settings: { default_payment_method: good.id } });
    await set(customerId, 600);
    expect(await journalOf(house, customerId)).toEqual(['grant 1', 'grant 500', 'grant 1000']);
  });

  it('stops when its pack is sold no more, and can be set and removed all the same', async () => {
    const customerId = await subscriber();
    await set(customerId, 600, 1, 'sold_until_the_catalog_changed');
    expect(await findAutoTopUp(house.db, customerId)).toMatchObject({
      stopped: { reason: 'pack_not_sold' },
      pending: null,
      boughtInMonth: 0,
    });
    await set(customerId, 600, 1);
    expect(await journalOf(house, customerId)).toEqual(['grant 1', 'grant 500', 'grant 1000']);
  });

  it('goes on with an order that a lost run has left behind, also when its pack is sold no more', async () => {
    const customerId = await subscriber();
    await set(customerId, 100, 1);
    const state = (await findAutoTopUp(house.db, customerId))!;
    const at = await house.deps.clock.now();
    const purchase = { number: state.purchases + 1, pack: 'add_on_1000', quantity: 1 };
    await openTopUp(house.deps, { customerId, purchase, at });
    const pending = { number: purchase.number, quantity: 1, month: '2020-01' };
    const setting = { ...state.setting!, pack: 'sold_until_the_catalog_changed' };
    await saveAutoTopUp(house.db, { ...state, setting, pending, purchases: pending.number }, at);
    await observe(customerId);
    expect(await journalOf(house, customerId)).toEqual(['grant 1', 'grant 500', 'grant 1000']);
    expect(await findAutoTopUp(house.db, customerId)).toMatchObject({ stopped: null, pending: null });
  });

  describe('that may not buy now', () => {
    const runOf = async (customerId: string) => {
      const handle = house.client.workflow.getHandle(topUpStart(customerId).workflowId);
      const { runId, historyLength } = await handle.describe();
      return { runId, historyLength };
    };

    it('is not woken, however low the credits are, until it may again', async () => {
      const customerId = await subscriber();
      await set(customerId, 5000, 1);
      const before = await runOf(customerId);
      await noticeAllCredits(house.deps);
      await noticeCredits(house.deps, customerId, 1);
      expect(await runOf(customerId)).toEqual(before);
      const state = (await findAutoTopUp(house.db, customerId))!;
      await saveAutoTopUp(house.db, { ...state, month: '2020-01' }, await house.deps.clock.now());
      await noticeAllCredits(house.deps);
      await until(async () => (await availableOf(house, customerId)) === 2501);
    });

    it('is not told again while it buys, and is taken up again when its workflow is gone', async () => {
      const customerId = await subscriber();
      await set(customerId, 600, 1);
      const state = (await findAutoTopUp(house.db, customerId))!;
      const pending = { number: state.purchases + 1, quantity: 1, month: '2020-01' };
      const setting = { ...state.setting!, threshold: credits(5000) };
      const buying = { ...state, setting, pending, purchases: pending.number };
      await saveAutoTopUp(house.db, buying, await house.deps.clock.now());
      const busy = await house.client.workflow.start(TOP_UP_WORKFLOW, {
        ...topUpStart(customerId),
        taskQueue: 'nobody listens',
      });
      const before = await runOf(customerId);
      await noticeAllCredits(house.deps);
      expect(await runOf(customerId)).toEqual(before);
      await busy.terminate('as if its history were gone');
      await noticeAllCredits(house.deps);
      await until(async () => (await availableOf(house, customerId)) === 2501);
    });
  });

  it('buys once whatever step fails or runs twice', async () => {
    const run = async (_name: string, plan: (workflowId: string) => void) => {
      const customerId = await subscriber();
      plan(topUpStart(customerId).workflowId);
      await set(customerId, 600, 1);
      const charges: string[] = [];
      for await (const payment of house.deps.payments.listPayments(instantOf(0))) {
        if (payment.orderId !== null) charges.push(payment.orderId);
      }
      const orders = await house.db('app.add_on_orders').where({ customer_id: customerId }).pluck('id');
      return {
        journal: await journalOf(house, customerId),
        charges: charges.filter((orderId) => orders.includes(orderId)).length,
      };
    };
    const steps = ['stepTopUp', 'openTopUp', 'chargeTopUp'] as const;
    expect(await expectThreeProperties(house.faults, { steps, run })).toEqual({
      journal: ['grant 1', 'grant 500', 'grant 1000'],
      charges: 1,
    });
  });
});
