import type Stripe from 'stripe';
import { decimal, refOf, stripeId } from '../work';
import { buildLine, type LineInput } from './invoice';

export function buildInvoiceItem(input: {
  customer: string;
  /** Null while it waits for the next invoice. */
  invoice: string | null;
  amount: number;
  currency: string;
  price: Stripe.Price | null;
  quantity: number;
  description: string | null;
  metadata: Stripe.Metadata;
  at: number;
}): Stripe.InvoiceItem {
  return {
    id: stripeId('ii'),
    object: 'invoiceitem',
    amount: input.amount,
    currency: input.currency,
    customer: input.customer,
    customer_account: null,
    date: input.at,
    description: input.description,
    discountable: true,
    discounts: [],
    invoice: input.invoice,
    livemode: false,
    metadata: input.metadata,
    parent: null,
    period: { start: input.at, end: input.at },
    pricing:
      input.price === null
        ? null
        : {
            price_details: { price: input.price.id, product: refOf(input.price.product) },
            type: 'price_details',
            unit_amount_decimal: input.price.unit_amount_decimal,
          },
    proration: false,
    quantity: input.quantity,
    quantity_decimal: decimal(input.quantity),
    tax_rates: [],
    test_clock: null,
  };
}

/** What an invoice item becomes on an invoice. */
export function lineOfItem(
  item: Stripe.InvoiceItem,
  { price, namesSubscriptionItem }: { price: Stripe.Price | null; namesSubscriptionItem: boolean },
): LineInput {
  const bills = item.parent?.subscription_details;
  const credited = item.proration_details?.credited_items?.invoice_line_item_details ?? null;
  return {
    description: item.description,
    amount: item.amount,
    currency: item.currency,
    quantity: item.quantity,
    period: item.period,
    price,
    item: null,
    invoiceItem: item.id,
    proration: item.proration
      ? {
          credited,
          subscription: bills?.subscription ?? null,
          subscriptionItem: namesSubscriptionItem ? (bills?.subscription_item ?? null) : null,
        }
      : undefined,
    metadata: item.metadata ?? {},
  };
}

/** A draft with one line more. */
export function withLine(
  invoice: Stripe.Invoice,
  item: Stripe.InvoiceItem,
  price: Stripe.Price | null,
): Stripe.Invoice {
  const line = buildLine(invoice.id, null, lineOfItem(item, { price, namesSubscriptionItem: false }));
  const total = invoice.total + item.amount;
  return {
    ...invoice,
    amount_due: Math.max(0, total),
    amount_remaining: Math.max(0, total),
    currency: item.currency,
    lines: { ...invoice.lines, data: [...invoice.lines.data, line] },
    subtotal: invoice.subtotal + item.amount,
    subtotal_excluding_tax: invoice.subtotal + item.amount,
    total,
    total_excluding_tax: total,
  };
}
