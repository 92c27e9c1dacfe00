import Stripe from 'stripe';
import { callOnce } from './call-once';
import { METADATA, instantOfSeconds } from './payment-facts';
import type { Payments } from './payments';
import { openedUnlessRefused } from './refused-opening';
import { callStripe } from './stripe-client';

type Checkout = Awaited<ReturnType<Payments['createAddOnCheckout']>>;

/**
 * Opens a Checkout page that starts a subscription. Our ids go on the session and, because Stripe does not copy a
 * session's metadata, on the subscription too; its invoices then carry them by themselves. Flexible billing is Stripe's
 * default for new subscriptions and is set all the same, for the calendar must not depend on an account's settings.
 */
export function createSubscriptionCheckout(
  stripe: Stripe,
  input: Parameters<Payments['createSubscriptionCheckout']>[0],
): Promise<Checkout> {
  const metadata = { [METADATA.customer]: input.customerId, [METADATA.subscription]: input.subscriptionId };
  return openCheckout(stripe, input.operationId, {
    mode: 'subscription',
    customer: input.stripeCustomerId,
    client_reference_id: input.subscriptionId,
    line_items: [{ price: input.priceId, quantity: 1 }],
    success_url: input.successUrl,
    cancel_url: input.cancelUrl,
    metadata,
    subscription_data: {
      metadata,
      billing_mode: { type: 'flexible' },
      ...((input.trialDays ?? 0) === 0 ? {} : { trial_period_days: input.trialDays }),
    },
  });
}

/** Opens a Checkout page that sells packs once. */
export function createAddOnCheckout(
  stripe: Stripe,
  input: Parameters<Payments['createAddOnCheckout']>[0],
): Promise<Checkout> {
  const metadata = { [METADATA.customer]: input.customerId, [METADATA.order]: input.orderId };
  return openCheckout(stripe, input.operationId, {
    mode: 'payment',
    customer: input.stripeCustomerId,
    client_reference_id: input.orderId,
    line_items: [{ price: input.priceId, quantity: input.quantity }],
    success_url: input.successUrl,
    cancel_url: input.cancelUrl,
    metadata,
    payment_intent_data: { metadata },
  });
}

/** Closes a Checkout page; one that is complete or expired already is left as it is. */
export async function expireCheckoutSession(stripe: Stripe, sessionId: string): Promise<void> {
  try {
    await callStripe('checkout.session', stripe.checkout.sessions.expire(sessionId));
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
    const session = await callStripe('checkout.session', stripe.checkout.sessions.retrieve(sessionId));
    if (session.status === 'open') throw error;
  }
}

async function openCheckout(
  stripe: Stripe,
  operationId: string,
  params: Stripe.Checkout.SessionCreateParams,
): Promise<Checkout> {
  const call = (options: Stripe.RequestOptions) => stripe.checkout.sessions.create(params, options);
  const session = await openedUnlessRefused(callOnce({ object: 'checkout.session', operationId, call }));
  if (session.url === null) throw new Error(`session ${session.id} has no page`);
  return { sessionId: session.id, url: session.url, expiresAt: instantOfSeconds(session.expires_at) };
}
