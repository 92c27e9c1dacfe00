import type Stripe from 'stripe';
import type { LineInput } from '../objects/invoice';
import { refOf, type Work } from '../work';
import { draftInvoice } from './invoices';
import { linesOf } from './subscription-items';

/**
 * The invoice of a subscription that was changed or resumed: of the period that begins with that, or of other lines, and of
 * whatever was pending. It is to be charged at once.
 */
export function draftUpdate(
  work: Work,
  subscription: Stripe.Subscription,
  lines: readonly LineInput[] = linesOf(subscription),
): Stripe.Invoice {
  return draftInvoice(work, {
    customer: work.tables.get('customer', refOf(subscription.customer)),
    subscription,
    billingReason: 'subscription_update',
    collectionMethod:
      subscription.collection_method === 'send_invoice' ? 'send_invoice' : 'charge_automatically',
    daysUntilDue: subscription.days_until_due,
    autoAdvance: false,
    currency: subscription.currency,
    description: null,
    lines,
    metadata: {},
  });
}
