import { WithStartWorkflowOperation } from '@temporalio/client';
import { getAddOnOrder } from '../../src/store/add-on-orders';
import { getSubscription } from '../../src/store/subscriptions';
import { addOnWorkflowId, erasureWorkflowId, subscriptionWorkflowId } from '../../src/domain/keys';
import { ERASURE_WORKFLOW, eraseUpdate, erasureStart } from '../../src/workflows/erasures/messages';
import { SEARCH_ATTRIBUTES } from '../../src/workflows/messages';
import { cancelUpdate, lookAgainUpdate } from '../../src/workflows/subscriptions/messages';
import { TOP_UP_WORKFLOW, topUpStart } from '../../src/workflows/top-ups/messages';
import { order } from './add-ons';
import { cardOf, updatesOf } from './card';
import { generating, reserve, spendOf } from './spends';
import { payAt } from './stripe';
import { command, externalIdOf, journalOf, openAndPay } from './subscriptions';
import { openTimeHouse, type TimeHouse } from './time-house';

const NOT_FOLLOWED = '**Not followed**: a cancellation of this workflow was requested at ';

describe('what operators read and send', () => {
  let house: TimeHouse;
  let stopWorkers: () => Promise<void>;

  beforeAll(async () => {
    house = await openTimeHouse();
    stopWorkers = await house.startWorkers();
  });

  afterAll(async () => {
    await stopWorkers();
    await house.stop();
  });

  const handle = (workflowId: string) => house.client.workflow.getHandle(workflowId);
  const subscriber = async (interval: 'month' | 'year' = 'month') => {
    const customerId = await house.newCustomer(1);
    const { id } = await openAndPay(house, customerId, { interval });
    await house.pass(0);
    return { customerId, id, workflowId: subscriptionWorkflowId(id) };
  };
  const erase = (customerId: string, end: boolean) =>
    house.client.workflow.executeUpdateWithStart(eraseUpdate, {
      args: [{ end }],
      startWorkflowOperation: new WithStartWorkflowOperation(ERASURE_WORKFLOW, erasureStart({ customerId })),
    });

  it('a cancellation of a subscription’s workflow is not followed, and its commands go on', async () => {
    const { id, workflowId } = await subscriber();
    expect(await cardOf(handle(workflowId))).not.toContain(NOT_FOLLOWED);
    await handle(workflowId).cancel();
    expect(await command(house, id, lookAgainUpdate, { id: 'look', args: [] })).toEqual({ outcome: 'done' });
    const card = await cardOf(handle(workflowId));
    expect(card).toContain(NOT_FOLLOWED);
    expect(card).toContain('the Update `cancel` with `{"when": "period_end"}` or `{"when": "now"}`');
    expect((await getSubscription(house.db, id)).status).toBe('active');
    const ended = await command(house, id, cancelUpdate, { id: 'end', args: [{ when: 'now' }] });
    expect(ended).toEqual({ outcome: 'done' });
    expect((await getSubscription(house.db, id)).status).toBe('canceled');
  });

  it('a subscription is found by the integrator’s own id over its months, and after an erasure no longer', async () => {
    const { customerId, id, workflowId } = await subscriber('year');
    await house.pass(40);
    const first = await handle(workflowId).describe();
    expect(first.typedSearchAttributes.get(SEARCH_ATTRIBUTES.externalId)).toBe(externalIdOf(customerId));
    await erase(customerId, true);
    await handle(erasureWorkflowId(customerId)).result();
    await house.pass(40);
    const later = await handle(workflowId).describe();
    expect(later.status.name).toBe('RUNNING');
    expect(later.typedSearchAttributes.get(SEARCH_ATTRIBUTES.externalId)).toBeUndefined();
    expect(later.typedSearchAttributes.get(SEARCH_ATTRIBUTES.customer)).toBe(customerId);
    expect((await getSubscription(house.db, id)).status).toBe('canceled');
  });

  it('an order looks again when it is asked to, and says that a cancellation of its workflow is not followed', async () => {
    const { customerId } = await subscriber();
    const bought = await order(house, customerId, 1);
    const workflow = handle(addOnWorkflowId(bought.id));
    expect(await cardOf(workflow)).toMatch(
      /\*\*1 × add_on_1000\*\* for cus_\w+, order ord_\w+: \*\*pending\*\*\. It waits for its payment at Stripe's checkout cs_/,
    );
    await workflow.cancel();
    expect(await workflow.executeUpdate(lookAgainUpdate)).toEqual({ outcome: 'done' });
    expect(await cardOf(workflow)).toContain(NOT_FOLLOWED);
    expect((await getAddOnOrder(house.db, bought.id)).status).toBe('pending');
    house.carry = () => false;
    await payAt(bought.checkoutUrl);
    expect(await workflow.executeUpdate(lookAgainUpdate)).toEqual({ outcome: 'done' });
    house.carry = () => true;
    expect((await getAddOnOrder(house.db, bought.id)).status).toBe('paid');
    expect((await journalOf(house, customerId)).at(-1)).toBe('grant 1000');
    expect(await workflow.result()).toBe('paid');
    expect(await cardOf(workflow)).toContain('**paid**. The credits are granted');
  });

  it('an erasure goes on although somebody cancels its workflow', async () => {
    const { customerId } = await subscriber();
    await reserve(house, spendOf(customerId, 'working', generating('a hill [studio: delay=4s]')));
    expect(await erase(customerId, true)).toMatchObject({ outcome: 'erasing' });
    const workflow = handle(erasureWorkflowId(customerId));
    await workflow.cancel();
    expect(await cardOf(workflow)).toContain(NOT_FOLLOWED);
    expect(await workflow.result()).toBe('erased');
  });

  it('updates of operators come before those that Scrip sends itself', async () => {
    const { customerId, workflowId } = await subscriber();
    const bought = await order(house, customerId, 1);
    expect(await updatesOf(handle(workflowId))).toEqual({
      operators: ['lookAgain', 'recordPayment', 'cancel', 'resume', 'pause', 'changePlan', 'migrate'],
      inner: ['open', 'replace'],
    });
    expect(await updatesOf(handle(addOnWorkflowId(bought.id)))).toEqual({
      operators: ['lookAgain'],
      inner: ['open'],
    });
    const topUp = await house.client.workflow.start(TOP_UP_WORKFLOW, topUpStart(customerId));
    await topUp.result();
    expect(await updatesOf(topUp)).toEqual({ operators: ['setAutoTopUp', 'removeAutoTopUp'], inner: [] });
  });
});
