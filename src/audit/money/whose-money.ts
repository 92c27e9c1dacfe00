import { findSoldItem } from '../../store/catalog-prices';
import { findCustomerOfStripe } from '../../store/customers';
import type { ReconcileDeps } from './inquirer';

/** Whose something at Stripe is, and whether it is any business of ours. */
export interface Whose {
  readonly isOurs: boolean;
  /** Null for a stranger who paid for a price of ours. */
  readonly customerId: string | null;
}

/** Ours is what belongs to a customer of ours, or sells at a price of ours, whatever its metadata says. */
export async function whoseIs(
  { db }: Pick<ReconcileDeps, 'db'>,
  {
    stripeCustomerId,
    priceIds,
  }: { readonly stripeCustomerId: string | null; readonly priceIds: readonly (string | null)[] },
): Promise<Whose> {
  const customer = stripeCustomerId === null ? undefined : await findCustomerOfStripe(db, stripeCustomerId);
  if (customer !== undefined) return { isOurs: true, customerId: customer.id };
  for (const priceId of new Set(priceIds)) {
    if (priceId !== null && (await findSoldItem(db, priceId)) !== undefined) {
      return { isOurs: true, customerId: null };
    }
  }
  return { isOurs: false, customerId: null };
}
