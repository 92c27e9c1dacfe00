import type { Knex } from 'knex';
import type { Payments } from '../payments/payments';
import {
  assertOpen,
  beingErased,
  bindStripeCustomer,
  getRecordedCustomer,
  replaceStripeCustomer,
} from './customers';

/**
 * The customer at Stripe, made and bound at the first need, and made anew when somebody has deleted it there. Two callers at
 * once end with the same one. Throws `state_conflict` for who is being erased and has none: nothing is made for them any more,
 * and what was made in that moment is deleted. Other errors are those of the port.
 */
export async function ensureStripeCustomer(
  {
    db,
    payments,
  }: {
    readonly db: Knex;
    readonly payments: Pick<Payments, 'hasCustomer' | 'createCustomer' | 'deleteCustomer'>;
  },
  customerId: string,
): Promise<string> {
  const { stripeCustomerId: known, ...customer } = await getRecordedCustomer(db, customerId);
  if (known !== null && (await payments.hasCustomer(known))) return known;
  assertOpen(customer);
  const { email, name } = customer;
  const created = await payments.createCustomer({ customerId, email, name, replaces: known });
  const bound =
    known === null
      ? await bindStripeCustomer(db, customerId, created)
      : await replaceStripeCustomer(db, customerId, { gone: known, created });
  if (bound !== null) return bound;
  await payments.deleteCustomer(created);
  throw beingErased();
}
