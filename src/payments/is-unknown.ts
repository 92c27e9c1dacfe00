import Stripe from 'stripe';

/** Whether an error of the port says that Stripe has no such object. */
export function isUnknownAtStripe(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'resource_missing';
}
