import { WorkflowNotFoundError } from '@temporalio/client';
import { cancelSpendSignal } from '../workflows/messages';
import { askTemporal } from '../platform/ask-temporal';
import type { ApiDeps } from './deps';

/** Asks a spend's workflow to stop; one that has just ended has nothing to stop. */
export async function askToStop({ temporal }: Pick<ApiDeps, 'temporal'>, workflowId: string): Promise<void> {
  try {
    await askTemporal(temporal, () => temporal.workflow.getHandle(workflowId).signal(cancelSpendSignal));
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
