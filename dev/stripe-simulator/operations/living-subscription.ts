import type Stripe from 'stripe';
import { invalidRequest } from '../stripe-error';
import type { Work } from '../work';

/** A subscription that can still be changed; `param` names the parameter that held its id. */
export function living(work: Work, id: string, param?: string): Stripe.Subscription {
  const subscription = work.tables.get('subscription', id, param);
  if (subscription.status === 'canceled' || subscription.status === 'incomplete_expired') {
    throw invalidRequest(
      `A canceled subscription can only update its cancellation_details and metadata: ${id}.`,
      {
        code: 'resource_missing',
      },
    );
  }
  return subscription;
}
