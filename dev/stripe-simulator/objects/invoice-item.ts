import type Stripe from 'stripe';
import { decimal, refOf, stripeId } from '../work';
import { buildLine } from './invoice';

export function buildInvoiceItem(input: {
  customer: string;
  invoice: string;
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

/** A draft with one line more. */
export function withLine(
  invoice: Stripe.Invoice,
  item: Stripe.InvoiceItem,
  price: Stripe.Price | null,
): Stripe.Invoice {
  const line = buildLine(invoice.id, null, {
    description: item.description,
    amount: item.amount,
    currency: item.currency,
    quantity: item.quantity,
    period: item.period,
    price,
    item: null,
    invoiceItem: item.id,
    metadata: item.metadata ?? {},
  });
  const total = invoice.total + item.amount;
  return {
    ...invoice,
    amount_due: total,
    amount_remaining: total,
    currency: item.currency,
    lines: { ...invoice.lines, data: [...invoice.lines.data, line] },
    subtotal: total,
    subtotal_excluding_tax: total,
    total,
    total_excluding_tax: total,
  };
}
