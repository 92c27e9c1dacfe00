import { bundleWorkflowCode, DefaultLogger, NativeConnection } from '@temporalio/worker';
import { restartSpend } from '../../src/activities/spends/restart-spend';
import { instantOf } from '../../src/domain/instants';
import { createWorker } from '../../src/platform/temporal-worker';
import { getSpend } from '../../src/store/spends';
import { spendWorkflowId } from '../../src/domain/keys';
import { TASK_QUEUES } from '../../src/workflows/messages';
import { openHouse, type House } from './house';
import { generating, reserve, spendOf, traceOf } from './spends';

describe('a spend whose workflow task fails again and again', () => {
  let house: House;

  beforeAll(async () => {
    house = await openHouse();
  });

  afterAll(async () => {
    await house.stop();
  });

  /** Workers of a release that does not have the workflow: what does not fit a history fails its task in the same way. */
  const startUnfitWorker = async (): Promise<() => Promise<void>> => {
    const workflowsPath = require.resolve('../../src/workflows/erasures/erasure.ts');
    const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
    const connection = await NativeConnection.connect({ address: house.address.address });
    const worker = await createWorker({
      connection,
      namespace: house.address.namespace,
      workflows: { bundleCode: code },
      activities: {},
      taskQueue: TASK_QUEUES.spends,
    });
    const run = worker.run();
    return async () => {
      worker.shutdown();
      await run;
      await connection.close();
    };
  };
  const until = async (isSo: () => Promise<boolean>): Promise<void> => {
    while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 50));
  };

  it('is begun anew from its first task, goes on with the job there is, and settles once', async () => {
    const request = generating('stuck [studio: delay=1s]', 2);
    const spend = spendOf(await house.newCustomer(10), 'stuck', request);
    const workflow = house.client.workflow.getHandle(spendWorkflowId(spend.spendId));
    const restart = () => restartSpend(house.deps, spend.spendId, instantOf(Date.now()));
    const stopWorkers = await house.startWorkers();
    await reserve(house, spend);
    await until(async () => (await getSpend(house.db, spend.spendId)).status !== 'reserved');
    await stopWorkers();

    const stopUnfitWorker = await startUnfitWorker();
    await workflow.signal('wake up');
    await until(async () => ((await workflow.describe()).raw.pendingWorkflowTask?.attempt ?? 0) >= 3);
    await stopUnfitWorker();
    expect(await restart()).toMatchObject({ did: 'reset', spend: { id: spend.spendId } });

    const stopAgain = await house.startWorkers();
    expect(await workflow.result()).toBe('succeeded');
    expect(await traceOf(house, spend)).toMatchObject({
      status: 'succeeded',
      captured: 2,
      balance: { available: 8, held: 0 },
      journal: ['grant 10', 'hold 2', 'capture 2'],
    });
    await stopAgain();
  }, 120_000);
});
