import type { Knex } from 'knex';
import type { Payments } from '../payments/payments';
import { bindStripeCustomer, getCustomer, replaceStripeCustomer } from './customers';

/**
 * The customer at Stripe, made and bound at the first need, and made anew when somebody has deleted it there. Two callers at
 * once end with the same one. Errors are those of the port.
 */
export async function ensureStripeCustomer(
  {
    db,
    payments,
  }: { readonly db: Knex; readonly payments: Pick<Payments, 'hasCustomer' | 'createCustomer'> },
  customerId: string,
): Promise<string> {
  const { stripeCustomerId, email, name } = await getCustomer(db, customerId);
  if (stripeCustomerId !== null && (await payments.hasCustomer(stripeCustomerId))) return stripeCustomerId;
  const created = await payments.createCustomer({ customerId, email, name, replaces: stripeCustomerId });
  return stripeCustomerId === null
    ? bindStripeCustomer(db, customerId, created)
    : replaceStripeCustomer(db, customerId, { gone: stripeCustomerId, created });
}
