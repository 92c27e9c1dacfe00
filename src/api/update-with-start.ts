import { WithStartWorkflowOperation, type WorkflowStartOptions } from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import type { ApiDeps } from './deps';

/** How long a caller waits for the first answer of a workflow. The workflow goes on whoever still waits. */
const ANSWER_MS_MAX = 20_000;

/** The id of the one update that a fresh workflow is started with; constant, so that a repeat finds the first answer. */
interface Start<Args extends unknown[]> {
  readonly workflow: string;
  readonly options: WorkflowStartOptions<(...args: Args) => Promise<unknown>> & {
    readonly workflowIdConflictPolicy: 'USE_EXISTING';
  };
}

/**
 * Starts a workflow, or finds it, and answers what its first update answers. Undefined stands for doubt: the call broke
 * off or the server did not know, and the workflow may all the same have been started and have done its work, so what
 * is recorded decides and never the error.
 */
export async function updateWithStart<Answer, Args extends unknown[]>(
  { temporal, logger }: ApiDeps,
  update: { readonly definition: UpdateDefinition<Answer>; readonly updateId: string },
  { workflow, options }: Start<Args>,
): Promise<Answer | undefined> {
  const startWorkflowOperation = new WithStartWorkflowOperation(workflow, options);
  try {
    return await temporal.withDeadline(performance.timeOrigin + performance.now() + ANSWER_MS_MAX, () =>
      temporal.workflow.executeUpdateWithStart(update.definition, {
        updateId: update.updateId,
        startWorkflowOperation,
      }),
    );
  } catch (error) {
    logger.warn({ err: error, workflowId: options.workflowId }, 'the answer of a workflow is in doubt');
    return undefined;
  }
}
