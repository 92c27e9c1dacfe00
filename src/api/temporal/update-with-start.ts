import { WithStartWorkflowOperation, type WorkflowStartOptions } from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import { askTemporal } from '../../platform/ask-temporal';
import type { ApiDeps } from '../deps';

/** How long a caller waits for the first answer of a workflow. The workflow goes on whoever still waits. */
const ANSWER_MS_MAX = 20_000;

/** Which workflow, and how it is started when it does not run. */
interface Start<Args extends unknown[]> {
  readonly workflow: string;
  readonly options: WorkflowStartOptions<(...args: Args) => Promise<unknown>> & {
    readonly workflowIdConflictPolicy: 'USE_EXISTING';
  };
}

/** What is asked of it. A repeat under the same id gets the first answer, as long as the run is kept. */
interface Asked<Answer, Args extends unknown[]> {
  readonly definition: UpdateDefinition<Answer, Args>;
  readonly updateId: string;
  readonly args: Args;
}

/**
 * Starts a workflow, or finds it, and answers what its update answers. Undefined stands for doubt: the call broke off or
 * the server did not know, and the workflow may all the same have been started and have done its work, so what is
 * recorded decides and never the error.
 */
export async function updateWithStart<Answer, UpdateArgs extends unknown[], StartArgs extends unknown[]>(
  { temporal, logger }: ApiDeps,
  { definition, updateId, args }: Asked<Answer, UpdateArgs>,
  { workflow, options }: Start<StartArgs>,
): Promise<Answer | undefined> {
  const startWorkflowOperation = new WithStartWorkflowOperation(workflow, options);
  try {
    return await askTemporal(
      temporal,
      () => temporal.workflow.executeUpdateWithStart(definition, { updateId, startWorkflowOperation, args }),
      ANSWER_MS_MAX,
    );
  } catch (error) {
    logger.warn({ err: error, workflowId: options.workflowId }, 'the answer of a workflow is in doubt');
    return undefined;
  }
}
