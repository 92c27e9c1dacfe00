import type Stripe from 'stripe';
import { z } from 'zod';
import { createCreditNote, voidCreditNote } from '../billing/credit-notes';
import { change } from '../events';
import { operation, type Operation, type ParamsOf } from '../http/operation';
import { createdWithin, paginate } from '../http/paginate';
import { created, integer, metadata, page, positive, text } from '../http/params';
import type { CreditLineInput } from '../objects/credit-note';
import { invalidRequest, resourceMissing } from '../stripe-error';
import { refOf, type Work } from '../work';
import { mergeMetadata } from '../metadata';

const amount = integer.pipe(z.number().min(0)).default(0);
const line = z.strictObject({
  type: z.enum(['invoice_line_item', 'custom_line_item']),
  invoice_line_item: text.optional(),
  amount: positive.optional(),
  quantity: positive.optional(),
  unit_amount: positive.optional(),
  description: text.optional(),
});
const createShape = {
  invoice: text,
  amount: positive.optional(),
  lines: z.array(line).min(1).optional(),
  refund_amount: amount,
  credit_amount: amount,
  out_of_band_amount: amount,
  refunds: z
    .array(
      z.strictObject({
        refund: text,
        amount_refunded: positive.optional(),
        type: z.literal('refund').optional(),
      }),
    )
    .default([]),
  reason: z.enum(['duplicate', 'fraudulent', 'order_change', 'product_unsatisfactory']).optional(),
  memo: text.optional(),
  metadata: metadata.optional(),
};

export const creditNoteOperations: readonly Operation[] = [
  operation('POST', '/v1/credit_notes', createShape, create),
  operation(
    'GET',
    '/v1/credit_notes',
    { ...page, invoice: text.optional(), customer: text.optional(), created: created.optional() },
    ({ tables }, params) => {
      const matching = tables
        .list('credit_note')
        .filter((one) => params.invoice === undefined || refOf(one.invoice) === params.invoice)
        .filter((one) => params.customer === undefined || refOf(one.customer) === params.customer)
        .filter((one) => createdWithin(one.created, params.created));
      return paginate('/v1/credit_notes', matching, params);
    },
  ),
  operation('GET', '/v1/credit_notes/:id', {}, ({ tables }, _, id) => tables.get('credit_note', id)),
  operation('GET', '/v1/credit_notes/:id/lines', page, ({ tables }, params, id) => {
    const oldestFirst = tables.get('credit_note', id).lines.data.toReversed();
    return paginate(`/v1/credit_notes/${id}/lines`, oldestFirst, params);
  }),
  operation(
    'POST',
    '/v1/credit_notes/:id',
    { memo: text.optional(), metadata: metadata.optional() },
    (work, params, id) => {
      const note = work.tables.get('credit_note', id);
      const patch = {
        memo: params.memo ?? note.memo,
        metadata: mergeMetadata(note.metadata, params.metadata),
      };
      return change(work, 'credit_note', note, patch, 'credit_note.updated');
    },
  ),
  operation('POST', '/v1/credit_notes/:id/void', {}, (work, _, id) =>
    voidCreditNote(work, work.tables.get('credit_note', id)),
  ),
];

function create(work: Work, params: ParamsOf<typeof createShape>): Stripe.CreditNote {
  const invoice = work.tables.get('invoice', params.invoice, 'invoice');
  const lines = (params.lines ?? []).map((one) => creditLine(invoice, one));
  const sum = lines.reduce((total, one) => total + one.amount, 0);
  if (params.amount !== undefined && params.lines !== undefined && params.amount !== sum) {
    throw invalidRequest(`The lines add up to ${String(sum)}, not to the amount given.`, { param: 'amount' });
  }
  return createCreditNote(work, invoice, {
    lines:
      params.lines === undefined
        ? [{ amount: params.amount ?? 0, description: null, quantity: 1, invoiceLine: null }]
        : lines,
    amount: params.amount ?? sum,
    refundAmount: params.refund_amount,
    creditAmount: params.credit_amount,
    outOfBandAmount: params.out_of_band_amount,
    refunds: params.refunds.map(({ refund, amount_refunded: refunded }) => ({
      refund,
      amount: refunded ?? work.tables.get('refund', refund, 'refunds[0][refund]').amount,
    })),
    reason: params.reason ?? null,
    memo: params.memo ?? null,
    metadata: mergeMetadata(null, params.metadata),
  });
}

/** Of a line of the invoice an amount, a number of its units, or all of it; of anything else a price and a quantity. */
function creditLine(invoice: Stripe.Invoice, given: z.output<typeof line>): CreditLineInput {
  const { quantity, description = null } = given;
  if (given.type === 'custom_line_item') {
    const cost = (given.unit_amount ?? 0) * (quantity ?? 1);
    return { amount: cost, description, quantity: quantity ?? 1, invoiceLine: null };
  }
  const named = given.invoice_line_item ?? '';
  const credited = invoice.lines.data.find(({ id }) => id === named);
  if (credited === undefined)
    throw resourceMissing('invoice line item', named, 'lines[0][invoice_line_item]');
  const units = credited.quantity ?? 1;
  const share = Math.round((credited.amount * (quantity ?? units)) / units);
  return {
    amount: given.amount ?? share,
    description: description ?? credited.description,
    quantity: given.amount === undefined ? (quantity ?? units) : null,
    invoiceLine: credited.id,
  };
}
