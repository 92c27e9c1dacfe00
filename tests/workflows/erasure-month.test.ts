import { WithStartWorkflowOperation } from '@temporalio/client';
import { epochMsOf, instantOf } from '../../src/domain/instants';
import { getRecordedCustomer } from '../../src/store/customers';
import {
  ERASURE_WORKFLOW,
  eraseUpdate,
  erasureStart,
  erasureWorkflowId,
  subscriptionWorkflowId,
} from '../../src/workflows/messages';
import { stripeOf } from './stripe';
import { journalOf, openAndPay } from './subscriptions';
import { openTimeHouse, type TimeHouse } from './time-house';

const DAY_MS = 86_400_000;

describe('a year after an erasure', () => {
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

  const pass = async (days: number) =>
    house.advanceTo(instantOf(epochMsOf(await house.now()) + days * DAY_MS));
  const erase = async (customerId: string) => {
    await house.client.workflow.executeUpdateWithStart(eraseUpdate, {
      args: [{ end: true }],
      startWorkflowOperation: new WithStartWorkflowOperation(ERASURE_WORKFLOW, erasureStart({ customerId })),
    });
    await house.client.workflow.getHandle(erasureWorkflowId(customerId)).result();
  };
  const billsOf = async (customerId: string) => {
    const { stripeCustomerId } = await getRecordedCustomer(house.db, customerId);
    const { data } = await stripeOf(house.stripeUrl).invoices.list({ customer: stripeCustomerId! });
    return data.map(({ status, amount_paid: paid }) => [status, paid]);
  };

  it('nobody was charged again, by the month or by the year', async () => {
    const [monthly, yearly] = [await house.newCustomer(1), await house.newCustomer(1)];
    const sold = [await openAndPay(house, monthly), await openAndPay(house, yearly, { interval: 'year' })];
    await pass(0);
    const before = [await billsOf(monthly), await billsOf(yearly)];
    expect(before.map((bills) => bills.length)).toEqual([1, 1]);
    await erase(monthly);
    await erase(yearly);
    await pass(380);
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
