import type Stripe from 'stripe';
import { idOf, METADATA, subscriptionFact } from './payment-facts';
import type { Payments } from './payments';
import { openedUnlessRefused } from './refused-opening';
import { callStripe } from './stripe-client';

/** Starts a subscription whose invoices are sent; see the port. */
export async function createInvoicedSubscription(
  stripe: Stripe,
  input: Parameters<Payments['createInvoicedSubscription']>[0],
): ReturnType<Payments['createInvoicedSubscription']> {
  const created = stripe.subscriptions.create(
    {
      customer: input.stripeCustomerId,
      items: [{ price: input.priceId, quantity: 1 }],
      collection_method: 'send_invoice',
      days_until_due: input.daysUntilDue,
      billing_mode: { type: 'flexible' },
      metadata: { [METADATA.customer]: input.customerId, [METADATA.subscription]: input.subscriptionId },
    },
    { idempotencyKey: input.operationId },
  );
  const subscription = await openedUnlessRefused(callStripe('subscription', created));
  return { ...subscriptionFact(subscription), invoiceId: idOf(subscription.latest_invoice) };
}
