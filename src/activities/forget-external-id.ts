import { WorkflowNotFoundError } from '@temporalio/client';
import { askTemporal } from '../platform/ask-temporal';
import { listSubscriptionIds } from '../store/subscriptions';
import { forgetExternalIdSignal, subscriptionWorkflowId } from '../workflows/messages';
import type { ActivityDeps } from './deps';

/**
 * Takes the integrator's own id off what still runs for somebody who is erased: the months that are paid for ahead. Workflows
 * that have ended cannot be changed and go with the namespace's retention. A repeat changes nothing.
 */
export async function forgetExternalId(
  { db, temporal }: Pick<ActivityDeps, 'db' | 'temporal'>,
  customerId: string,
): Promise<void> {
  for (const id of await listSubscriptionIds(db, customerId)) {
    const handle = temporal.workflow.getHandle(subscriptionWorkflowId(id));
    try {
      await askTemporal(temporal, () => handle.signal(forgetExternalIdSignal));
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }
}
