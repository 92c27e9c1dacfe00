import type Stripe from 'stripe';
import { emit } from '../events';
import { buildInvoiceItem } from '../objects/invoice-item';
import { refOf, refOrNull, type Work } from '../work';
import { periodOf, type Period } from './subscription-items';

/**
 * Keeps, as pending invoice items, what a change of items means for the rest of the present period, to the second: a credit
 * for what was billed and is not used any more, and, while the period goes on, the cost of what is used instead
 * (https://docs.stripe.com/billing/subscriptions/prorations). What nobody was billed for, such as a trial, gives no credit.
 */
export function prorate(
  work: Work,
  subscription: Stripe.Subscription,
  next: { readonly items: readonly Stripe.SubscriptionItem[]; readonly periodGoesOn: boolean },
): void {
  const { start, end } = periodOf(subscription);
  const rest = { start: Math.min(Math.max(work.at, start), end), end };
  for (const item of subscription.items.data) {
    const after = next.items.find(({ id }) => id === item.id);
    if (next.periodGoesOn && after !== undefined && isSame(item, after)) continue;
    credit(work, subscription, item, rest);
  }
  if (!next.periodGoesOn) return;
  for (const item of next.items) {
    const before = subscription.items.data.find(({ id }) => id === item.id);
    if (before !== undefined && isSame(before, item)) continue;
    const amount = (item.price.unit_amount ?? 0) * (item.quantity ?? 1);
    const share = shareOf(amount, rest, { start, end });
    if (share !== 0) keep(work, subscription, { item, amount: share, rest, text: 'Remaining time on' });
  }
}

function credit(
  work: Work,
  subscription: Stripe.Subscription,
  item: Stripe.SubscriptionItem,
  rest: Period,
): void {
  const debit = lastDebitOf(work, subscription, item, rest);
  if (debit === undefined) return;
  const paid = 'discount_amounts' in debit ? debit.amount - discountOf(debit) : debit.amount;
  const amount = -shareOf(paid, rest, debit.period);
  if (amount === 0) return;
  const invoice = refOrNull(debit.invoice);
  const credited: Stripe.InvoiceItem.ProrationDetails.CreditedItems =
    invoice === null
      ? { type: 'invoice_item', invoice_item: debit.id }
      : {
          type: 'invoice_line_items',
          invoice_line_item_details: { invoice, invoice_line_items: [debit.id] },
        };
  keep(work, subscription, { item, amount, rest, text: 'Unused time on', credited });
}

function discountOf({ discount_amounts: taken }: Stripe.InvoiceLineItem): number {
  return (taken ?? []).reduce((sum, { amount }) => sum + amount, 0);
}

/** What was last billed, or is to be billed, for an item for a time that is not over. */
function lastDebitOf(
  work: Work,
  subscription: Stripe.Subscription,
  item: Stripe.SubscriptionItem,
  rest: Period,
): Stripe.InvoiceLineItem | Stripe.InvoiceItem | undefined {
  const lines = work.tables
    .list('invoice')
    .filter(({ status }) => status !== 'void')
    .filter((one) => refOrNull(one.parent?.subscription_details?.subscription) === subscription.id)
    .flatMap((invoice) => invoice.lines.data.toReversed())
    .filter((line) => itemIdOf(work, line) === item.id);
  const pending = pendingItemsOf(work, subscription).filter(
    ({ parent }) => parent?.subscription_details?.subscription_item === item.id,
  );
  return [...lines, ...pending].findLast(
    ({ amount, period }) => amount > 0 && period.start <= rest.start && period.end >= rest.end,
  );
}

function itemIdOf(work: Work, { parent }: Stripe.InvoiceLineItem): string | undefined {
  const named = parent?.subscription_item_details?.subscription_item;
  const origin = work.tables.find('invoiceitem', parent?.invoice_item_details?.invoice_item ?? '');
  return named ?? origin?.parent?.subscription_details?.subscription_item;
}

/** The invoice items that wait for the next invoice of a subscription. */
export function pendingItemsOf(work: Work, subscription: Stripe.Subscription): Stripe.InvoiceItem[] {
  return work.tables.list('invoiceitem').filter((item) => {
    const bills = item.parent?.subscription_details?.subscription ?? null;
    return (
      item.invoice === null &&
      refOf(item.customer) === refOf(subscription.customer) &&
      item.currency === subscription.currency &&
      (bills === null || bills === subscription.id)
    );
  });
}

function keep(
  work: Work,
  subscription: Stripe.Subscription,
  proration: {
    item: Stripe.SubscriptionItem;
    amount: number;
    rest: Period;
    text: string;
    credited?: Stripe.InvoiceItem.ProrationDetails.CreditedItems;
  },
): void {
  const { item, amount, rest, text, credited = null } = proration;
  const built = buildInvoiceItem({
    customer: refOf(subscription.customer),
    invoice: null,
    amount,
    currency: subscription.currency,
    price: item.price,
    quantity: item.quantity ?? 1,
    description: `${text} ${String(item.quantity ?? 1)} × ${item.price.nickname ?? item.price.id}`,
    metadata: {},
    at: work.at,
  });
  const kept = work.tables.put('invoiceitem', {
    ...built,
    parent: {
      type: 'subscription_details',
      subscription_details: { subscription: subscription.id, subscription_item: item.id },
    },
    period: { start: rest.start, end: rest.end },
    proration: true,
    proration_details: { credited_items: credited, discount_amounts: [] },
  });
  emit(work, 'invoiceitem.created', kept);
}

function shareOf(amount: number, part: Period, whole: Period): number {
  return Math.round((amount * (part.end - part.start)) / (whole.end - whole.start));
}

function isSame(one: Stripe.SubscriptionItem, other: Stripe.SubscriptionItem): boolean {
  return one.price.id === other.price.id && one.quantity === other.quantity;
}
