import type Stripe from 'stripe';
import { emit } from '../events';
import { refOf, refOrNull, type Work } from '../work';
import { stopCollecting } from './invoices';
import { releaseMethod } from './methods';
import { endSubscription } from './subscription-state';

/**
 * Deletes a customer for good: its subscriptions end at once and nothing is saved for it any more, while its invoices and
 * charges stay as they were. Whatever names it from then on is told that there is no such customer
 * (https://docs.stripe.com/api/customers/delete).
 */
export function deleteCustomer(work: Work, customer: Stripe.Customer): Stripe.DeletedCustomer {
  for (const subscription of work.tables.list('subscription')) {
    const ended = subscription.status === 'canceled' || subscription.status === 'incomplete_expired';
    if (ended || refOf(subscription.customer) !== customer.id) continue;
    endSubscription(work, subscription, 'cancellation_requested');
  }
  for (const invoice of work.tables.list('invoice')) {
    if (refOrNull(invoice.customer) === customer.id) stopCollecting(work, invoice);
  }
  for (const method of work.tables.list('payment_method')) {
    if (refOrNull(method.customer) === customer.id) releaseMethod(work, method);
  }
  work.tables.remove('customer', customer.id);
  emit(work, 'customer.deleted', customer);
  return work.tables.put('deleted_customer', { id: customer.id, object: 'customer', deleted: true });
}
