import { findTopUpThreshold } from '../store/auto-top-ups';
import { topUpNotice } from '../workflows/messages';
import { askTemporal } from './ask-temporal';
import type { ApiDeps } from './deps';

/**
 * Wakes the customer's automatic top-up when fewer credits are available than they want. A hint: the worker looks at every
 * customer now and then, so that nothing is thrown when it cannot be given.
 */
export async function wakeTopUp(deps: ApiDeps, customerId: string, available: number): Promise<void> {
  try {
    const threshold = await findTopUpThreshold(deps.db, customerId);
    if (threshold === undefined || available >= threshold) return;
    await askTemporal(deps.temporal, () =>
      deps.temporal.workflow.signalWithStart(...topUpNotice(customerId)),
    );
  } catch (error) {
    deps.logger.warn({ err: error, customerId }, 'a top-up was not woken; the worker will');
  }
}
