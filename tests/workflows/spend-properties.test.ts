import type { SpendRequest } from '../../src/domain/spends/spend';
import { deriveId } from '../../src/platform/ids';
import { getSpend } from '../../src/store/spends';
import { spendWorkflowId } from '../../src/domain/keys';
import { cancelSpendSignal } from '../../src/workflows/spends/messages';
import { openHouse, type House } from './house';
import { generating, reserve, spendOf, spendToTheEnd, traceOf } from './spends';
import { subscribe } from './subscribe';
import { expectThreeProperties } from './three-properties';

describe('whatever step of a spend fails, or runs twice', () => {
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

  const running = (request: SpendRequest) => async (name: string, plan: (workflowId: string) => void) => {
    const spend = spendOf(await house.newCustomer(10), name, request);
    plan(spendWorkflowId(spend.spendId));
    await spendToTheEnd(house, spend);
    return traceOf(house, spend);
  };

  it('pictures cost what was delivered', async () => {
    const steps = ['reserveSpend', 'runJob', 'settleSpend'] as const;
    const run = running(generating('a harbour [studio: fail-at=2]', 3));
    expect(await expectThreeProperties(house.faults, { steps, run })).toMatchObject({
      status: 'succeeded',
      journal: ['grant 10', 'hold 3', 'capture 2', 'release 1'],
    });
  });

  it('what failed is given back once', async () => {
    const steps = ['reserveSpend', 'runJob', 'settleSpend'] as const;
    const run = running(generating('a harbour [studio: fail]', 3));
    expect(await expectThreeProperties(house.faults, { steps, run })).toMatchObject({
      status: 'failed',
      journal: ['grant 10', 'hold 3', 'release 3'],
    });
  });

  it('what was stopped on the way is given back once', async () => {
    const steps = ['reserveSpend', 'runJob', 'settleSpend'] as const;
    const run = async (name: string, plan: (workflowId: string) => void) => {
      const spend = spendOf(await house.newCustomer(10), name, generating('a hill [studio: delay=60s]', 3));
      plan(spendWorkflowId(spend.spendId));
      await reserve(house, spend);
      while ((await getSpend(house.db, spend.spendId)).status === 'reserved') await nextTurn();
      const handle = house.client.workflow.getHandle(spendWorkflowId(spend.spendId));
      await handle.signal(cancelSpendSignal);
      await handle.result();
      return traceOf(house, spend);
    };
    expect(await expectThreeProperties(house.faults, { steps, run })).toMatchObject({
      status: 'canceled',
      journal: ['grant 10', 'hold 3', 'release 3'],
    });
  });

  it('a licence is sold once', async () => {
    const shown = spendOf(await house.newCustomer(10), 'shown', generating('a bridge'));
    await spendToTheEnd(house, shown);
    const input = { imageId: deriveId('img', shown.spendId, 0) };
    const run = async (name: string, plan: (workflowId: string) => void) => {
      const customerId = await house.newCustomer(250);
      await subscribe(house, customerId, 'standard');
      const spend = spendOf(customerId, name, { action: 'license_image', input });
      plan(spendWorkflowId(spend.spendId));
      await spendToTheEnd(house, spend);
      return traceOf(house, spend);
    };
    expect(await expectThreeProperties(house.faults, { steps: ['payAtOnce'], run })).toMatchObject({
      journal: ['grant 250', 'hold 100', 'capture 100'],
      licenses: [100],
    });
  });
});

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
