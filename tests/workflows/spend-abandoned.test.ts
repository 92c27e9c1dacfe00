import { findAbandonedHolds } from '../../src/audit/money/find-abandoned-holds';
import { restartSpend } from '../../src/activities/spends/restart-spend';
import { noFindings } from '../../src/audit/money/findings';
import { instantOf } from '../../src/domain/instants';
import { audit } from '../../src/audit/ledger/audit-ledger';
import { deriveId } from '../../src/platform/ids';
import { isWorkflowRunning } from '../../src/platform/temporal';
import { getSpend } from '../../src/store/spends';
import { listAllAlarms } from '../../src/store/alarms';
import { spendWorkflowId } from '../../src/domain/keys';
import type { SpendInput } from '../../src/workflows/spends/messages';
import { openHouse, type House } from './house';
import { generating, reserve, spendOf, traceOf } from './spends';

describe('a spend whose workflow somebody has terminated', () => {
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

  const handleOf = ({ spendId }: SpendInput) => house.client.workflow.getHandle(spendWorkflowId(spendId));
  const terminated = async (key: string): Promise<SpendInput> => {
    const request = generating(`${key} [studio: delay=1s]`, 2);
    const spend = spendOf(await house.newCustomer(10), key, request);
    await reserve(house, spend);
    while ((await getSpend(house.db, spend.spendId)).status === 'reserved') {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await handleOf(spend).terminate('by mistake');
    return spend;
  };
  const offendersOf = async ({ customerId }: SpendInput) => {
    const { checks } = await audit(house.db, {
      customerId,
      checkedAt: instantOf(Date.now()),
      hasLiveWorkflow: (spendId) => isWorkflowRunning(house.client, spendWorkflowId(spendId)),
    });
    return checks.flatMap(({ offenders }) => offenders).map(({ id }) => id);
  };
  const alarmsOf = async ({ customerId }: SpendInput) => {
    const inquirer = { deps: house.deps, findings: noFindings(), at: instantOf(Date.now()) };
    await findAbandonedHolds(inquirer);
    return inquirer.findings.alarmed.filter((alarm) => alarm.customerId === customerId);
  };
  const restart = ({ spendId }: SpendInput) => restartSpend(house.deps, spendId, instantOf(Date.now()));
  /** What the latest run was started with. */
  const describedRuns = async (spend: SpendInput) => {
    const { events } = await handleOf(spend).fetchHistory();
    return (events ?? []).slice(0, 1).map(({ workflowExecutionStartedEventAttributes: started }) => ({
      input: JSON.parse(Buffer.from(started?.input?.payloads?.[0]?.data ?? []).toString()) as unknown,
      type: started?.workflowType,
      queue: started?.taskQueue?.name,
      attributes: Object.keys(started?.searchAttributes?.indexedFields ?? {}).sort(),
      fairness: started?.priority?.fairnessKey,
    }));
  };
  const isGone = async (spend: SpendInput): Promise<void> => {
    while (
      await handleOf(spend)
        .describe()
        .then(Boolean, () => false)
    ) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const settledOnce = {
    status: 'succeeded',
    captured: 2,
    balance: { available: 8, held: 0 },
    journal: ['grant 10', 'hold 2', 'capture 2'],
  };

  it('is named by the audit and the reconciler, and settles what was delivered once it is reset', async () => {
    const spend = await terminated('reset');
    expect(await offendersOf(spend)).toEqual([deriveId('hld', spend.spendId)]);
    expect(await alarmsOf(spend)).toMatchObject([{ kind: 'hold', id: deriveId('hld', spend.spendId) }]);
    const { events } = await handleOf(spend).fetchHistory();
    const firstTask = events?.find(({ workflowTaskCompletedEventAttributes: done }) => Boolean(done));
    await house.client.workflowService.resetWorkflowExecution({
      namespace: house.address.namespace,
      workflowExecution: { workflowId: spendWorkflowId(spend.spendId) },
      reason: 'hold without a workflow',
      workflowTaskFinishEventId: firstTask!.eventId!,
      requestId: spend.spendId,
    });
    expect(await handleOf(spend).result()).toBe('succeeded');
    expect(await traceOf(house, spend)).toMatchObject(settledOnce);
    expect([...(await offendersOf(spend)), ...(await alarmsOf(spend))]).toEqual([]);
  });

  it('is started again as the API started it, goes on with the job there is, and ends the alarm', async () => {
    const spend = await terminated('start');
    const [first] = await describedRuns(spend);
    await alarmsOf(spend);
    expect(await restart(spend)).toMatchObject({ did: 'started', ended: 'TERMINATED' });
    expect((await listAllAlarms(house.db)).map(({ subject }) => subject)).not.toContain(
      deriveId('hld', spend.spendId),
    );
    expect(await handleOf(spend).result()).toBe('succeeded');
    expect(await traceOf(house, spend)).toMatchObject(settledOnce);
    const [second] = await describedRuns(spend);
    expect(second).toEqual(first);
  });

  it('is started again when Temporal does not know it any more', async () => {
    const spend = await terminated('gone');
    const { runId } = (await handleOf(spend).describe()).raw.workflowExecutionInfo?.execution ?? {};
    await house.client.workflowService.deleteWorkflowExecution({
      namespace: house.address.namespace,
      workflowExecution: { workflowId: spendWorkflowId(spend.spendId), runId: runId ?? '' },
    });
    await isGone(spend);
    expect(await restart(spend)).toMatchObject({ did: 'started', ended: 'GONE' });
    expect(await handleOf(spend).result()).toBe('succeeded');
    expect(await traceOf(house, spend)).toMatchObject(settledOnce);
  });

  it('is left alone once it runs, however often and from how many places it is restarted', async () => {
    const spend = await terminated('again');
    const did = (await Promise.all([1, 2, 3].map(() => restart(spend)))).map((restarted) => restarted.did);
    expect(did.sort()).toEqual(['healthy', 'healthy', 'started']);
    expect(await handleOf(spend).result()).toBe('succeeded');
    expect(await traceOf(house, spend)).toMatchObject(settledOnce);
  });

  it('has nothing to restart once it is settled, nor when it was never begun', async () => {
    const spend = await terminated('settled');
    await restart(spend);
    await handleOf(spend).result();
    await expect(restart(spend)).rejects.toMatchObject({
      code: 'state_conflict',
      message: `${spend.spendId} is settled: succeeded, 2 captured and 0 released. There is nothing to restart.`,
    });
    await expect(restart({ ...spend, spendId: 'spd_unknown' })).rejects.toMatchObject({ code: 'not_found' });
  });
});
