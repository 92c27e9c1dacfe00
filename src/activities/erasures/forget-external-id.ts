import { WorkflowNotFoundError } from '@temporalio/client';
import { subscriptionWorkflowId } from '../../domain/keys';
import { askTemporal } from '../../platform/ask-temporal';
import { listSubscriptionIds } from '../../store/subscriptions';
import { forgetExternalIdSignal } from '../../workflows/subscriptions/messages';
import type { ActivityDeps } from '../deps';

/**
 * Removes the integrator's own id from the workflows that still run for an erased customer: subscriptions with months that are
 * already paid. Workflows that have ended cannot be changed; they are deleted after the namespace's retention. Safe to repeat.
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
