import { assertOpen, beingErased, bindStripeCustomer, getRecordedCustomer } from '../store/customers';
import type { ActivityDeps } from './deps';

/**
 * The customer at Stripe, made and bound at the first need. Two callers at once end with the same one. Throws `state_conflict`
 * for who is being erased and has none: nothing is made for them any more, and what was made in that moment is deleted.
 */
export async function ensureStripeCustomer(
  { db, payments }: Pick<ActivityDeps, 'db' | 'payments'>,
  customerId: string,
): Promise<string> {
  const { stripeCustomerId, ...customer } = await getRecordedCustomer(db, customerId);
  if (stripeCustomerId !== null) return stripeCustomerId;
  assertOpen(customer);
  const { email, name } = customer;
  const created = await payments.createCustomer({ customerId, email, name });
  const bound = await bindStripeCustomer(db, customerId, created);
  if (bound !== null) return bound;
  await payments.deleteCustomer(created);
  throw beingErased();
}

/**
 * Whether an object at Stripe is the customer's own: what its metadata say is believed only when it belongs to the Stripe
 * customer that is bound to ours. An erased customer's binding stays, so that money which goes back later finds their wallet.
 */
export async function isBoundTo(
  deps: Pick<ActivityDeps, 'db'>,
  customerId: string,
  object: { readonly stripeCustomerId: string },
): Promise<boolean> {
  const { stripeCustomerId } = await getRecordedCustomer(deps.db, customerId);
  return stripeCustomerId !== null && stripeCustomerId === object.stripeCustomerId;
}
