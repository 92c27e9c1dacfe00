import { WorkflowNotFoundError } from '@temporalio/client';
import { askTemporal } from '../../../platform/ask-temporal';
import { cancelSpendSignal } from '../../../workflows/spends/messages';
import type { ApiDeps } from '../../deps';

/** Asks a spend's workflow to stop. Answers false when it is not running: it has just ended, or somebody terminated it. */
export async function askToStop(
  { temporal }: Pick<ApiDeps, 'temporal'>,
  workflowId: string,
): Promise<boolean> {
  try {
    await askTemporal(temporal, () => temporal.workflow.getHandle(workflowId).signal(cancelSpendSignal));
    return true;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    return false;
  }
}
