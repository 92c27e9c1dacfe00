import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findJob } from '../../src/store/jobs';
import { getSpend } from '../../src/store/spends';
import { spendWorkflowId } from '../../src/domain/keys';
import { openHouse, type House } from './house';
import { generating, reserve, spendOf, traceOf } from './spends';
import { buildAll, startWorkerProcess, stopWorkerProcess } from './worker-process';

describe('a worker that dies in the middle of spends', () => {
  let house: House;
  let folder: string;
  let worker: ChildProcess;

  beforeAll(async () => {
    house = await openHouse();
    folder = await mkdtemp(join(tmpdir(), 'scrip-objects-'));
    await buildAll();
    worker = await startWorkerProcess(house, folder);
  });

  afterAll(async () => {
    await stopWorkerProcess(worker, 'SIGTERM');
    await house.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const submitted = async (spendId: string) => {
    while (((await findJob(house.db, spendId))?.submittedAt ?? null) === null) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  it('leaves them to the next one, which ends them right and once', async () => {
    const customerId = await house.newCustomer(20);
    const spends = ['a', 'b', 'c'].map((name) =>
      spendOf(customerId, name, generating(`${name} [studio: delay=4s]`, 3)),
    );
    await Promise.all(spends.map((spend) => reserve(house, spend)));
    await Promise.all(spends.map(({ spendId }) => submitted(spendId)));
    await stopWorkerProcess(worker, 'SIGKILL');
    worker = await startWorkerProcess(house, folder);
    const results = spends.map(({ spendId }) =>
      house.client.workflow.getHandle(spendWorkflowId(spendId)).result(),
    );
    expect(await Promise.all(results)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    const trace = await traceOf(house, spends[0]!);
    expect(trace.balance).toEqual({ available: 11, held: 0, owed: 0 });
    expect(trace.journal.filter((entry) => entry === 'capture 3')).toHaveLength(3);
  });

  it('stops cleanly when it is told to, and the work goes on with the next', async () => {
    const spend = spendOf(await house.newCustomer(5), 'on', generating('a mill [studio: delay=3s]', 2));
    await reserve(house, spend);
    await submitted(spend.spendId);
    expect(await stopWorkerProcess(worker, 'SIGTERM')).toBe(0);
    expect((await getSpend(house.db, spend.spendId)).status).toBe('running');
    worker = await startWorkerProcess(house, folder);
    const handle = house.client.workflow.getHandle(spendWorkflowId(spend.spendId));
    expect(await handle.result()).toBe('succeeded');
    expect(await traceOf(house, spend)).toMatchObject({ captured: 2, balance: { available: 3, held: 0 } });
  });
});
