import { findHoldsWithoutWorkflow } from '../../ledger/audit/live-workflows';
import { askTemporal } from '../../platform/ask-temporal';
import { isWorkflowRunning } from '../../platform/temporal';
import { spendWorkflowId } from '../../workflows/messages';
import { callPerson, type Inquirer } from './inquirer';

/**
 * Finds holds that nobody works on any more, because somebody ended the workflow of their spend. They are named and never
 * settled here: what the provider delivered is not known until the workflow is started again (docs/runbook.md).
 */
export async function findAbandonedHolds(inquirer: Inquirer): Promise<void> {
  const { db, temporal } = inquirer.deps;
  const { checked, offenders } = await findHoldsWithoutWorkflow(db, 'all', (spendId) =>
    askTemporal(temporal, () => isWorkflowRunning(temporal, spendWorkflowId(spendId))),
  );
  inquirer.findings.checked += checked;
  for (const { id, customerId, problem } of offenders) {
    await callPerson(inquirer, {
      kind: 'hold',
      id,
      customerId,
      problem,
      alarm: 'abandoned_hold',
      workflowId: null,
      todo: 'Start its workflow again, as the runbook says: it settles by what the provider delivered.',
    });
  }
}
