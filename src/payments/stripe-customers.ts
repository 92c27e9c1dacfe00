import type Stripe from 'stripe';
import { callOnce } from './call-once';
import { isUnknownAtStripe } from './is-unknown';
import { METADATA } from './payment-facts';
import type { Payments } from './payments';
import { callStripe, isRefused } from './stripe-client';

/**
 * The customer at Stripe of a customer of ours; see the port. The idempotent call carries nothing that may differ at a
 * repeat; personal data follow in a call of their own. They are a courtesy: somebody whose email Stripe does not take
 * (`email_invalid`: it is stricter than we are) can pay all the same, and hears of it from us alone. Its refusal repeats
 * what it was sent, so that it goes no further.
 */
export async function createCustomer(
  stripe: Stripe,
  { customerId, email, name, replaces = null }: Parameters<Payments['createCustomer']>[0],
): Promise<string> {
  const metadata = { [METADATA.customer]: customerId };
  const { id } = await callOnce({
    object: 'customer',
    operationId: ['cust', customerId, ...(replaces === null ? [] : [replaces])].join(':'),
    call: (options) => stripe.customers.create({ metadata }, options),
  });
  const named = name === null ? {} : { name };
  const isEmailTaken = email !== null && (await takes(stripe, id, { ...named, email }));
  if (!isEmailTaken && name !== null) await takes(stripe, id, named);
  return id;
}

/** Whether Stripe has such a customer; it still answers with one that was deleted, and says so. */
export async function hasCustomer(stripe: Stripe, stripeCustomerId: string): Promise<boolean> {
  const call: Promise<Stripe.Customer | Stripe.DeletedCustomer> = stripe.customers.retrieve(stripeCustomerId);
  try {
    return (await callStripe('customer', call)).deleted !== true;
  } catch (error) {
    if (isUnknownAtStripe(error)) return false;
    throw error;
  }
}

/** Deletes a customer; one that is gone already is left as it is (https://docs.stripe.com/api/customers/delete). */
export async function deleteCustomer(stripe: Stripe, stripeCustomerId: string): Promise<void> {
  const call: Promise<Stripe.DeletedCustomer> = stripe.customers.del(stripeCustomerId);
  try {
    await callStripe('customer', call);
  } catch (error) {
    if (!isUnknownAtStripe(error)) throw error;
  }
}

async function takes(
  stripe: Stripe,
  id: string,
  personal: { readonly email?: string; readonly name?: string },
): Promise<boolean> {
  try {
    await callStripe('customer', stripe.customers.update(id, personal));
    return true;
  } catch (error) {
    if (!isRefused(error)) throw error;
    return false;
  }
}
