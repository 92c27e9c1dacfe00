import { readFile } from 'node:fs/promises';
import { getSpend } from '../../src/store/spends';
import { cancelSpendSignal, SEARCH_ATTRIBUTES, spendWorkflowId } from '../../src/workflows/messages';
import { openHouse, type House } from './house';
import { generating, reserve, spendOf, spendToTheEnd, traceOf } from './spends';

describe('a spend', () => {
  let house: House;
  let stopWorkers: () => Promise<void>;

  beforeAll(async () => {
    house = await openHouse();
    stopWorkers = await house.startWorkers();
  });

  afterAll(async () => {
    await stopWorkers();
    await house.stop();
  });

  it('captures what was delivered, keeps the pictures, and stays within 16 events', async () => {
    const spend = spendOf(await house.newCustomer(10), 'whole', generating('a harbour', 4));
    expect(await reserve(house, spend)).toEqual({ outcome: 'reserved', status: 'reserved' });
    const handle = house.client.workflow.getHandle(spendWorkflowId(spend.spendId));
    expect(await handle.result()).toBe('succeeded');
    expect(await traceOf(house, spend)).toMatchObject({
      status: 'succeeded',
      captured: 4,
      released: 0,
      balance: { available: 6, held: 0 },
      journal: ['grant 10', 'hold 4', 'capture 4'],
      images: [0, 1, 2, 3],
    });
    const [image] = await house.db('app.images').where({ spend_id: spend.spendId, position: 3 });
    expect(await house.deps.objectStore.get(image.object_key)).toHaveProperty('length');
    expect(image).toMatchObject({ visibility: 'public', owner_id: spend.customerId });
    const described = await handle.describe();
    expect(described.historyLength).toBeLessThanOrEqual(16);
    expect(described.typedSearchAttributes.get(SEARCH_ATTRIBUTES.spendStatus)).toBe('succeeded');
  });
});
