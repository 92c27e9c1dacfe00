import { DomainError } from '../domain/errors';
import { listOpenCheckouts } from '../store/subscriptions';
import type { ActivityDeps } from './deps';

/**
 * Closes the pages at which the customer could still pay for another subscription than this one: whoever left a checkout and
 * began anew would else be charged for both, every month. Throws `state_conflict` when one of them is paid already and its
 * news are still on their way. Idempotent.
 */
export async function closeOtherCheckouts(
  { db, payments }: Pick<ActivityDeps, 'db' | 'payments'>,
  { customerId, subscriptionId }: { readonly customerId: string; readonly subscriptionId: string },
): Promise<void> {
  const open = await listOpenCheckouts(db, customerId);
  for (const other of open.filter(({ id }) => id !== subscriptionId)) {
    await payments.expireCheckoutSession(other.sessionId);
    const { status } = await payments.getCheckoutSession(other.sessionId);
    if (status === 'complete') {
      throw new DomainError(
        'state_conflict',
        `The customer has just paid for the subscription ${other.id}: change its plan instead.`,
      );
    }
  }
}
