import type Stripe from 'stripe';
import { refOf, type Work } from '../work';
import { draftInvoice } from './invoices';
import { linesOf } from './subscription-items';

/** The invoice of a period that begins now because the subscription was changed or resumed; it is charged at once. */
export function draftUpdate(work: Work, subscription: Stripe.Subscription): Stripe.Invoice {
  return draftInvoice(work, {
    customer: work.tables.get('customer', refOf(subscription.customer)),
    subscription,
    billingReason: 'subscription_update',
    collectionMethod: 'charge_automatically',
    daysUntilDue: null,
    autoAdvance: false,
    currency: subscription.currency,
    description: null,
    lines: linesOf(subscription),
    metadata: {},
  });
}
