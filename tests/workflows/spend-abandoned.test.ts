import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findAbandonedHolds } from '../../src/activities/reconcile/find-abandoned-holds';
import { noFindings } from '../../src/activities/reconcile/findings';
import { instantOf } from '../../src/domain/instants';
import { audit } from '../../src/ledger/audit';
import { findPackageRoot } from '../../src/platform/package-root';
import { deriveId } from '../../src/platform/ids';
import { isWorkflowRunning } from '../../src/platform/temporal';
import { getSpend } from '../../src/store/spends';
import { SPEND_WORKFLOW, spendWorkflowId, TASK_QUEUES, type SpendInput } from '../../src/workflows/messages';
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

  it('is started again from what the runbook reads in the database, and goes on with the job there is', async () => {
    const spend = await terminated('start');
    const runbook = await readFile(join(findPackageRoot(), 'docs', 'runbook.md'), 'utf8');
    const [, sql = ''] = /```sql\s+(SELECT json_build_object[^`]+)```/.exec(runbook) ?? [];
    const { rows } = await house.db.raw<{ rows: readonly { json_build_object: SpendInput }[] }>(
      sql.replace('spd_…', spend.spendId),
    );
    await house.client.workflow.start(SPEND_WORKFLOW, {
      workflowId: spendWorkflowId(spend.spendId),
      taskQueue: TASK_QUEUES.spends,
      args: [rows[0]!.json_build_object],
    });
    expect(await handleOf(spend).result()).toBe('succeeded');
    expect(await traceOf(house, spend)).toMatchObject(settledOnce);
  });
});
