import { bindStripeCustomer, getCustomer } from '../store/customers';
import type { ActivityDeps } from './deps';

/** The customer at Stripe, made and bound at the first need. Two callers at once end with the same one. */
export async function ensureStripeCustomer(deps: ActivityDeps, customerId: string): Promise<string> {
  const { stripeCustomerId, email, name } = await getCustomer(deps.db, customerId);
  if (stripeCustomerId !== null) return stripeCustomerId;
  const created = await deps.payments.createCustomer({ customerId, email, name });
  return bindStripeCustomer(deps.db, customerId, created);
}

/**
 * Whether an object at Stripe is the customer's own: what its metadata say is believed only when it belongs to the Stripe
 * customer that is bound to ours.
 */
export async function isBoundTo(
  deps: Pick<ActivityDeps, 'db'>,
  customerId: string,
  object: { readonly stripeCustomerId: string },
): Promise<boolean> {
  const { stripeCustomerId } = await getCustomer(deps.db, customerId);
  return stripeCustomerId !== null && stripeCustomerId === object.stripeCustomerId;
}
