import type Stripe from 'stripe';
import { decimal, refOf, stripeId } from '../work';

/** What a credit note credits: a line of its invoice, or something by itself. */
export interface CreditLineInput {
  readonly amount: number;
  readonly description: string | null;
  readonly quantity: number | null;
  readonly invoiceLine: string | null;
}

export function buildCreditNote(input: {
  id: string;
  invoice: Stripe.Invoice;
  number: string;
  lines: readonly CreditLineInput[];
  amount: number;
  type: 'pre_payment' | 'post_payment';
  refunds: readonly Stripe.CreditNote.Refund[];
  balanceTransaction: string | null;
  outOfBand: number;
  reason: Stripe.CreditNote.Reason | null;
  memo: string | null;
  metadata: Stripe.Metadata;
  at: number;
}): Stripe.CreditNote {
  const { id, amount, invoice } = input;
  return {
    id,
    object: 'credit_note',
    amount,
    amount_shipping: 0,
    created: input.at,
    currency: invoice.currency,
    customer: invoice.customer === null ? '' : refOf(invoice.customer),
    customer_account: null,
    customer_balance_transaction: input.balanceTransaction,
    discount_amount: 0,
    discount_amounts: [],
    effective_at: input.at,
    invoice: invoice.id,
    lines: {
      object: 'list',
      data: input.lines.map(buildCreditLine),
      has_more: false,
      url: `/v1/credit_notes/${id}/lines`,
    },
    livemode: false,
    memo: input.memo,
    metadata: input.metadata,
    number: input.number,
    out_of_band_amount: input.outOfBand === 0 ? null : input.outOfBand,
    pdf: `https://pay.stripe.com/credit_notes/${id}/pdf`,
    post_payment_amount: input.type === 'post_payment' ? amount : 0,
    pre_payment_amount: input.type === 'pre_payment' ? amount : 0,
    pretax_credit_amounts: [],
    reason: input.reason,
    refunds: [...input.refunds],
    shipping_cost: null,
    status: 'issued',
    subtotal: amount,
    subtotal_excluding_tax: amount,
    total: amount,
    total_excluding_tax: amount,
    total_taxes: [],
    type: input.type,
    voided_at: null,
  };
}

function buildCreditLine(line: CreditLineInput): Stripe.CreditNoteLineItem {
  const { amount, quantity } = line;
  const unit = quantity === null ? null : Math.round(amount / quantity);
  return {
    id: stripeId('cnli'),
    object: 'credit_note_line_item',
    amount,
    description: line.description,
    discount_amount: 0,
    discount_amounts: [],
    ...(line.invoiceLine === null ? {} : { invoice_line_item: line.invoiceLine }),
    livemode: false,
    metadata: {},
    pretax_credit_amounts: [],
    quantity,
    tax_rates: [],
    taxes: [],
    type: line.invoiceLine === null ? 'custom_line_item' : 'invoice_line_item',
    unit_amount: unit,
    unit_amount_decimal: unit === null ? null : decimal(unit),
  };
}
