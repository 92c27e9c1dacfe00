import { spendWorkflowId } from '../../domain/keys';
import { askTemporal } from '../../platform/ask-temporal';
import { isWorkflowRunning } from '../../platform/temporal';
import { listOwnersOfRows } from '../../store/owners-of-rows';
import { findHoldsWithoutWorkflow } from '../ledger/live-workflows';
import { callPerson, type Inquirer } from './inquirer';

/**
 * Finds open holds whose spend has no running workflow, because somebody ended it. They are reported and never settled here:
 * what the provider delivered is not known until the workflow is started again (docs/runbook.md).
 */
export async function findAbandonedHolds(inquirer: Inquirer): Promise<void> {
  const { db, temporal } = inquirer.deps;
  const { checked, offenders } = await findHoldsWithoutWorkflow(db, 'all', (spendId) =>
    askTemporal(temporal, () => isWorkflowRunning(temporal, spendWorkflowId(spendId))),
  );
  inquirer.findings.checked += checked;
  const spends =
    offenders.length === 0
      ? undefined
      : await listOwnersOfRows(
          db,
          offenders.map(({ id }) => id),
        );
  for (const { id, customerId, problem } of offenders) {
    const spendId = spends?.get(id);
    await callPerson(inquirer, {
      kind: 'hold',
      id,
      customerId,
      problem,
      alarm: 'abandoned_hold',
      workflowId: spendId === undefined ? null : spendWorkflowId(spendId),
      todo: `Start its workflow again: \`npx scrip spends restart ${spendId ?? 'spd_…'}\`. It settles the hold by what the provider delivered.`,
    });
  }
}
