import type Stripe from 'stripe';
import { callOnce } from './call-once';
import { idOf, METADATA, subscriptionFact } from './payment-facts';
import type { Payments } from './payments';
import { openedUnlessRefused } from './refused-opening';
import { callStripe } from './stripe-client';

/** Starts a subscription whose invoices are sent; see the port. */
export async function createInvoicedSubscription(
  stripe: Stripe,
  input: Parameters<Payments['createInvoicedSubscription']>[0],
): ReturnType<Payments['createInvoicedSubscription']> {
  const { customerId, subscriptionId, stripeCustomerId: customer } = input;
  const params: Stripe.SubscriptionCreateParams = {
    customer,
    items: [{ price: input.priceId, quantity: 1 }],
    collection_method: 'send_invoice',
    days_until_due: input.daysUntilDue,
    billing_mode: { type: 'flexible' },
    metadata: { [METADATA.customer]: customerId, [METADATA.subscription]: subscriptionId },
  };
  const subscription = await openedUnlessRefused(
    callOnce({
      object: 'subscription',
      operationId: input.operationId,
      call: (options) => stripe.subscriptions.create(params, options),
      async findDone() {
        const list = stripe.subscriptions.list({ customer, limit: 100 });
        const { data } = await callStripe('list', list);
        return data.find(({ metadata }) => metadata[METADATA.subscription] === subscriptionId);
      },
    }),
  );
  return { ...subscriptionFact(subscription), invoiceId: idOf(subscription.latest_invoice) };
}
