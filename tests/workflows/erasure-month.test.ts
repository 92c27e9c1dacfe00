import { WithStartWorkflowOperation } from '@temporalio/client';
import { getRecordedCustomer } from '../../src/store/customers';
import { erasureWorkflowId, subscriptionWorkflowId } from '../../src/domain/keys';
import { ERASURE_WORKFLOW, eraseUpdate, erasureStart } from '../../src/workflows/erasures/messages';
import { cancelUpdate } from '../../src/workflows/subscriptions/messages';
import { stripeOf } from './stripe';
import { command, journalOf, openAndPay } from './subscriptions';
import { openTimeHouse, type TimeHouse } from './time-house';

describe('after an erasure', () => {
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

  const ask = (customerId: string, end: boolean) =>
    house.client.workflow.executeUpdateWithStart(eraseUpdate, {
      args: [{ end }],
      startWorkflowOperation: new WithStartWorkflowOperation(ERASURE_WORKFLOW, erasureStart({ customerId })),
    });
  const erase = async (customerId: string) => {
    await ask(customerId, true);
    await house.client.workflow.getHandle(erasureWorkflowId(customerId)).result();
  };
  const billsOf = async (customerId: string) => {
    const { stripeCustomerId } = await getRecordedCustomer(house.db, customerId);
    const { data } = await stripeOf(house.stripeUrl).invoices.list({ customer: stripeCustomerId! });
    return data.map(({ status, amount_paid: paid }) => [status, paid]);
  };

  it('months that are paid for are named, and then nothing is waited for', async () => {
    const customerId = await house.newCustomer(1);
    const { id } = await openAndPay(house, customerId, { interval: 'year' });
    await house.pass(0);
    await command(house, id, cancelUpdate, { id: 'end', args: [{ when: 'now' }] });
    expect(await ask(customerId, false)).toMatchObject({
      outcome: 'blocked',
      blockers: [{ kind: 'paid_cycles', id }],
    });
    expect(await ask(customerId, true)).toEqual({ outcome: 'erased' });
  });

  it('nobody is charged again in a year, by the month or by the year', async () => {
    const [monthly, yearly] = [await house.newCustomer(1), await house.newCustomer(1)];
    const sold = [await openAndPay(house, monthly), await openAndPay(house, yearly, { interval: 'year' })];
    await house.pass(0);
    const before = [await billsOf(monthly), await billsOf(yearly)];
    expect(before.map((bills) => bills.length)).toEqual([1, 1]);
    await erase(monthly);
    await erase(yearly);
    await house.pass(380);
    expect([await billsOf(monthly), await billsOf(yearly)]).toEqual(before);
    expect(await journalOf(house, monthly)).toEqual(['grant 1', 'grant 500']);
    // What was paid for goes on into a wallet that is nobody's, and then its workflow ends too.
    expect(await journalOf(house, yearly)).toHaveLength(1 + 12);
    for (const { id } of sold) {
      const { status } = await house.client.workflow.getHandle(subscriptionWorkflowId(id)).describe();
      expect(status.name).toBe('COMPLETED');
    }
  });
});
