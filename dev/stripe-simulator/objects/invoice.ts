import type Stripe from 'stripe';
import { decimal, refOf, stripeId } from '../work';

export interface ProrationInput {
  /** What a credit gives back: lines of an invoice. */
  readonly credited: { readonly invoice: string; readonly invoice_line_items: string[] } | null;
  readonly subscription: string | null;
  /** The subscription item to name as the line's parent; null names the invoice item. */
  readonly subscriptionItem: string | null;
}

/** What an invoice bills: a price for a period, of a subscription's item or by itself. */
export interface LineInput {
  readonly description: string | null;
  readonly amount: number;
  readonly currency: string;
  readonly quantity: number;
  readonly period: { readonly start: number; readonly end: number };
  readonly price: Stripe.Price | null;
  readonly item: Stripe.SubscriptionItem | null;
  /** The invoice item that the line was made of. */
  readonly invoiceItem: string | null;
  /** Present on a correction of what was billed for a part of a period. */
  readonly proration?: ProrationInput | undefined;
  /** What discounts take off the amount. */
  readonly discounts?: readonly Stripe.InvoiceLineItem.DiscountAmount[] | undefined;
  readonly metadata: Stripe.Metadata;
}

export function buildInvoice(input: {
  customer: Stripe.Customer;
  subscription: Stripe.Subscription | null;
  billingReason: Stripe.Invoice.BillingReason;
  collectionMethod: 'charge_automatically' | 'send_invoice';
  dueDate: number | null;
  autoAdvance: boolean;
  currency: string;
  description: string | null;
  lines: readonly LineInput[];
  periodStart: number;
  metadata: Stripe.Metadata;
  at: number;
}): Stripe.Invoice {
  const id = stripeId('in');
  const lines = input.lines.map((line) => buildLine(id, input.subscription, line));
  const subtotal = lines.reduce((sum, line) => sum + line.amount, 0);
  const discounts = totalDiscounts(input.lines);
  const total = discounts.reduce((left, { amount }) => left - amount, subtotal);
  const due = Math.max(0, total);
  return {
    id,
    object: 'invoice',
    account_country: 'US',
    account_name: 'Scrip',
    account_tax_ids: null,
    amount_due: due,
    amount_overpaid: 0,
    amount_paid: 0,
    amount_paid_off_stripe: 0,
    amount_remaining: due,
    amount_shipping: 0,
    application: null,
    attempt_count: 0,
    attempted: false,
    auto_advance: input.autoAdvance,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
    automatically_finalizes_at: null,
    billing_reason: input.billingReason,
    collection_method: input.collectionMethod,
    created: input.at,
    currency: input.currency,
    custom_fields: null,
    customer: input.customer.id,
    customer_account: null,
    customer_address: input.customer.address ?? null,
    customer_email: input.customer.email,
    customer_name: input.customer.name ?? null,
    customer_phone: input.customer.phone ?? null,
    customer_shipping: null,
    customer_tax_exempt: 'none',
    customer_tax_ids: [],
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: input.description,
    discounts: discounts.map(({ discount }) => discount),
    due_date: input.dueDate,
    effective_at: null,
    ending_balance: null,
    footer: null,
    from_invoice: null,
    hosted_invoice_url: null,
    invoice_pdf: null,
    issuer: { type: 'self' },
    last_finalization_error: null,
    latest_revision: null,
    lines: { object: 'list', data: lines, has_more: false, url: `/v1/invoices/${id}/lines` },
    livemode: false,
    metadata: input.metadata,
    next_payment_attempt: null,
    number: null,
    on_behalf_of: null,
    parent: input.subscription === null ? null : subscriptionParent(input.subscription),
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    // The window for attaching items, which is over when a period begins; never the period that is billed.
    period_end: input.periodStart,
    period_start: input.periodStart,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    starting_balance: 0,
    statement_descriptor: null,
    status: 'draft',
    status_transitions: {
      finalized_at: null,
      marked_uncollectible_at: null,
      paid_at: null,
      voided_at: null,
    },
    subtotal,
    subtotal_excluding_tax: subtotal,
    test_clock: null,
    total,
    total_discount_amounts: discounts,
    total_excluding_tax: total,
    total_pretax_credit_amounts: [],
    total_taxes: [],
    webhooks_delivered_at: input.at,
  };
}

function totalDiscounts(lines: readonly LineInput[]): Stripe.Invoice.TotalDiscountAmount[] {
  const totals = new Map<string, number>();
  for (const { discount, amount } of lines.flatMap(({ discounts = [] }) => discounts)) {
    totals.set(refOf(discount), (totals.get(refOf(discount)) ?? 0) + amount);
  }
  return [...totals].map(([discount, amount]) => ({ amount, discount }));
}

export function buildLine(
  invoice: string,
  subscription: Stripe.Subscription | null,
  line: LineInput,
): Stripe.InvoiceLineItem {
  return {
    id: stripeId('il'),
    object: 'line_item',
    amount: line.amount,
    currency: line.currency,
    description: line.description,
    discount_amounts: [...(line.discounts ?? [])],
    discountable: true,
    discounts: (line.discounts ?? []).map(({ discount }) => refOf(discount)),
    invoice,
    livemode: false,
    metadata: line.metadata,
    parent: lineParent(subscription, line),
    period: { ...line.period },
    pretax_credit_amounts: [],
    pricing:
      line.price === null
        ? null
        : {
            price_details: { price: line.price.id, product: refOf(line.price.product) },
            type: 'price_details',
            unit_amount_decimal: line.price.unit_amount_decimal,
          },
    quantity: line.quantity,
    quantity_decimal: decimal(line.quantity),
    subscription: subscription?.id ?? null,
    subtotal: line.amount,
    taxes: [],
  };
}

function lineParent(
  subscription: Stripe.Subscription | null,
  { item, invoiceItem, proration }: LineInput,
): Stripe.InvoiceLineItem.Parent {
  const common = {
    proration: proration !== undefined,
    proration_details: proration === undefined ? null : { credited_items: proration.credited },
    subscription: proration?.subscription ?? subscription?.id ?? null,
  };
  if (proration !== undefined && proration.subscriptionItem !== null) {
    const named = { invoice_item: invoiceItem, subscription_item: proration.subscriptionItem };
    return {
      invoice_item_details: null,
      subscription_item_details: { ...common, ...named },
      type: 'subscription_item_details',
    };
  }
  if (item !== null) {
    return {
      invoice_item_details: null,
      subscription_item_details: {
        ...common,
        proration_details: { credited_items: null },
        invoice_item: null,
        subscription_item: item.id,
      },
      type: 'subscription_item_details',
    };
  }
  return {
    invoice_item_details: { ...common, invoice_item: invoiceItem ?? stripeId('ii') },
    subscription_item_details: null,
    type: 'invoice_item_details',
  };
}

function subscriptionParent(subscription: Stripe.Subscription): Stripe.Invoice.Parent {
  return {
    quote_details: null,
    subscription_details: { metadata: subscription.metadata, subscription: subscription.id },
    type: 'subscription_details',
  };
}

export function buildInvoicePayment(
  invoice: Stripe.Invoice,
  paymentIntent: string,
  at: number,
): Stripe.InvoicePayment {
  return {
    id: stripeId('inpay'),
    object: 'invoice_payment',
    amount_paid: null,
    amount_requested: invoice.amount_due,
    created: at,
    currency: invoice.currency,
    invoice: invoice.id,
    is_default: true,
    livemode: false,
    payment: { payment_intent: paymentIntent, type: 'payment_intent' },
    status: 'open',
    status_transitions: { canceled_at: null, paid_at: null },
  };
}
