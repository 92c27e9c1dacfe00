import { askTemporal } from '../platform/ask-temporal';
import { isGivenUpQuery } from '../workflows/messages';
import type { ActivityDeps } from './deps';

/**
 * Whether an operator no longer waits for the provider of a spend. A wish to stop reaches an activity without its reason, so its
 * workflow is asked, and only then. Cannot it be asked now, the answer is no: it is asked again at the next occasion.
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
