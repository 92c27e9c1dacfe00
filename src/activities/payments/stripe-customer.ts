import { findCustomerOfStripe } from '../../store/customers';
import type { ActivityDeps } from '../deps';

/**
 * Whether an object at Stripe is the customer's own: what its metadata say is believed only when it belongs to a Stripe
 * customer that is bound to ours, or was. An erased customer's bindings stay, so that money which goes back later finds their
 * wallet.
 */
export async function isBoundTo(
  deps: Pick<ActivityDeps, 'db'>,
  customerId: string,
  { stripeCustomerId }: { readonly stripeCustomerId: string | null },
): Promise<boolean> {
  if (stripeCustomerId === null) return false;
  return (await findCustomerOfStripe(deps.db, stripeCustomerId))?.id === customerId;
}
