import { getAddOnOrder } from '../../src/store/add-on-orders';
import { getSubscription } from '../../src/store/subscriptions';
import { addOnWorkflowId, subscriptionWorkflowId } from '../../src/domain/keys';
import { cancelUpdate, changePlanUpdate } from '../../src/workflows/subscriptions/messages';
import { order } from './add-ons';
import { deliverToInbox } from './inbox';
import { payAt, stripeOf } from './stripe';
import { openStripeHouse, until, type StripeHouse } from './stripe-house';
import { command, journalOf, open } from './subscriptions';
import { expectThreeProperties } from './three-properties';

describe('whatever step of a subscription or an order fails, or runs twice', () => {
  let house: StripeHouse;

  beforeAll(async () => {
    house = await openStripeHouse();
  });

  afterAll(async () => {
    await house.stop();
  });

  const refundLargest = async (customerId: string) => {
    const payments = await house
      .db<{ customer_id: string; stripe_payment_intent_id: string }>('app.payments')
      .where({ customer_id: customerId })
      .orderBy('credits', 'desc');
    const [{ stripe_payment_intent_id: intent } = { stripe_payment_intent_id: '' }] = payments;
    await stripeOf(house.stripeUrl).refunds.create({ payment_intent: intent });
    await deliverToInbox(house);
  };

  it('a subscription is opened, paid, upgraded, refunded and ended once', async () => {
    const run = async (name: string, plan: (workflowId: string) => void) => {
      const customerId = await house.newCustomer(1);
      const { id, checkoutUrl } = await open(house, customerId, { plan: 'standard', onStart: plan });
      await payAt(checkoutUrl);
      await deliverToInbox(house);
      const row = () => getSubscription(house.db, id);
      await until(async () => (await row()).status === 'active');
      const up = { id: `${name} up`, args: [{ plan: 'pro' }] as [{ plan: 'pro' }] };
      const upgraded = await command(house, id, changePlanUpdate, up);
      await refundLargest(customerId);
      await until(async () => (await journalOf(house, customerId)).length === 4);
      const end = { id: `${name} end`, args: [{ when: 'now' }] as [{ when: 'now' }] };
      const ended = await command(house, id, cancelUpdate, end);
      const { status, plan: kept, era, paidThrough } = await row();
      const hasPaid = paidThrough !== null;
      return { upgraded, ended, status, kept, era, hasPaid, journal: await journalOf(house, customerId) };
    };
    const steps = [
      'openSubscription',
      'readSubscriptionPayments',
      'readSubscriptionNews',
      'findPlanTerms',
      'callStripe',
      'carryOutSubscription',
    ] as const;
    expect(await expectThreeProperties(house.faults, { steps, run })).toEqual({
      upgraded: { outcome: 'done' },
      ended: { outcome: 'done' },
      status: 'canceled',
      kept: 'pro',
      era: 1,
      hasPaid: true,
      journal: ['grant 1', 'grant 500', 'grant 1000', 'clawback 1000'],
    });
  });

  it('an order is opened, paid and refunded once', async () => {
    const run = async (_name: string, plan: (workflowId: string) => void) => {
      const customerId = await house.newCustomer(1);
      const bought = await order(house, customerId, 1, (orderId) => plan(addOnWorkflowId(orderId)));
      await payAt(bought.checkoutUrl);
      await deliverToInbox(house);
      await until(async () => (await getAddOnOrder(house.db, bought.id)).status === 'paid');
      await refundLargest(customerId);
      await until(async () => (await journalOf(house, customerId)).length === 3);
      await house.client.workflow.getHandle(addOnWorkflowId(bought.id)).result();
      return journalOf(house, customerId);
    };
    const steps = [
      'openAddOn',
      'settleAddOn',
      'findOrder',
      'readAddOnWithdrawal',
      'carryOutAddOnWithdrawal',
      'acknowledgeEvents',
    ] as const;
    expect(await expectThreeProperties(house.faults, { steps, run })).toEqual([
      'grant 1',
      'grant 1000',
      'clawback 1000',
    ]);
  });

  it('a subscription whose workflow is gone is taken up again once', async () => {
    const run = async (_name: string, plan: (workflowId: string) => void) => {
      const customerId = await house.newCustomer(1);
      const { id, checkoutUrl } = await open(house, customerId);
      const handle = house.client.workflow.getHandle(subscriptionWorkflowId(id));
      await handle.terminate('as if its history were gone');
      plan(subscriptionWorkflowId(id));
      await payAt(checkoutUrl);
      await deliverToInbox(house);
      await until(async () => (await getSubscription(house.db, id)).status === 'active');
      return journalOf(house, customerId);
    };
    const steps = ['findSubscriptionState'] as const;
    expect(await expectThreeProperties(house.faults, { steps, run })).toEqual(['grant 1', 'grant 500']);
  });
});
