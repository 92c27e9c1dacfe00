import { askTemporal } from '../../platform/ask-temporal';
import { isGivenUpQuery } from '../../workflows/spends/messages';
import type { ActivityDeps } from '../deps';

/**
 * Whether an operator no longer waits for the provider of a spend. A cancellation reaches an activity without its reason, so the
 * workflow is asked, and only after a cancellation. When it cannot be asked now, the answer is no until the next question.
 */
export function isGivenUp(
  { temporal, logger }: Pick<ActivityDeps, 'temporal' | 'logger'>,
  workflowId: string,
  isStopped: () => boolean,
): () => Promise<boolean> {
  let known = false;
  return async () => {
    if (known || !isStopped()) return known;
    try {
      const handle = temporal.workflow.getHandle(workflowId);
      known = await askTemporal(temporal, () => handle.query(isGivenUpQuery));
    } catch (error) {
      logger.warn({ err: error, workflowId }, 'a spend cannot be asked whether it is given up');
    }
    return known;
  };
}
