import type Stripe from 'stripe';
import { invalidRequest } from '../stripe-error';
import { refOf, type Work } from '../work';

const ENDED: readonly Stripe.Subscription.Status[] = ['canceled', 'incomplete_expired'];

/**
 * Refuses to begin a subscription in a currency while the customer has one, or an item that waits for an invoice, in another. When that is
 * over, the next subscription may be in any. A payment beside it may be too: https://support.stripe.com/questions/setting-a-customers-default-currency
 */
export function refuseOtherCurrency(work: Work, customer: string, currency: string): void {
  const { tables } = work;
  const living = tables
    .list('subscription')
    .filter((one) => refOf(one.customer) === customer && !ENDED.includes(one.status));
  const waiting = tables
    .list('invoiceitem')
    .filter((item) => refOf(item.customer) === customer && item.invoice === null);
  const other = [...living, ...waiting].find((one) => one.currency !== currency);
  if (other === undefined) return;
  throw invalidRequest(
    `You cannot combine currencies on a single customer. This customer has an active subscription, subscription schedule, discount, quote, or invoice item with currency ${other.currency}.`,
  );
}
