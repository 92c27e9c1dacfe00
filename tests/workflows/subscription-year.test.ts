import type { Instant } from '../../src/domain/instants';
import { listStatement } from '../../src/ledger/list-statement';
import { getSubscription } from '../../src/store/subscriptions';
import { SEARCH_ATTRIBUTES, subscriptionWorkflowId } from '../../src/workflows/messages';
import { openAndPay } from './subscriptions';
import { openTimeHouse, type TimeHouse } from './time-house';

describe('a subscription through the months', () => {
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

  const at = (text: string) => text as Instant;

  it('grants fourteen cycles from 31 January over a leap day, each on its own day and once', async () => {
    await house.advanceTo(at('2027-01-31T10:00:00.000Z'));
    const customerId = await house.newCustomer(10);
    const { id } = await openAndPay(house, customerId);
    await house.advanceTo(at('2028-03-15T10:00:00.000Z'));
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
    expect(await getSubscription(house.db, id)).toMatchObject({ status: 'active', cycle: 13 });
    const described = await house.client.workflow.getHandle(subscriptionWorkflowId(id)).describe();
    expect(described.historyLength).toBeLessThanOrEqual(40);
    expect(described.typedSearchAttributes.get(SEARCH_ATTRIBUTES.subscriptionStatus)).toBe('active');
  });
});
