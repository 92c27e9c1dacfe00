import type Stripe from 'stripe';
import { z } from 'zod';
import { isProcessing } from '../billing/bank-debits';
import { collectInvoice } from '../billing/collect-invoice';
import {
  customerOf,
  deleteDraft,
  draftInvoice,
  finalizeInvoice,
  markPaid,
  markUncollectible,
  stillProcessing,
  voidInvoice,
} from '../billing/invoices';
import { attachMethod, resolveMethod } from '../billing/methods';
import { applyPaidInvoice, applyUncollectible, applyVoidedInvoice } from '../billing/subscription-state';
import { emit } from '../events';
import { operation, type Operation, type ParamsOf } from '../http/operation';
import { createdWithin, paginate } from '../http/paginate';
import { created, currency, flag, integer, metadata, page, text } from '../http/params';
import { cardError, invalidRequest } from '../stripe-error';
import { refOrNull, type Work } from '../work';
import { invoiceUpdateShape, updateInvoice } from './invoice-update';
import { mergeMetadata } from '../metadata';

const invoiceStatus = z.enum(['draft', 'open', 'paid', 'uncollectible', 'void']);
const payShape = {
  paid_out_of_band: flag.optional(),
  payment_method: text.optional(),
  off_session: flag.optional(),
};

export const invoiceOperations: readonly Operation[] = [
  operation(
    'POST',
    '/v1/invoices',
    {
      customer: text,
      collection_method: z.enum(['charge_automatically', 'send_invoice']).default('charge_automatically'),
      days_until_due: integer.pipe(z.number().min(0)).optional(),
      auto_advance: flag.default(false),
      currency: currency.default('usd'),
      description: text.optional(),
      metadata: metadata.optional(),
    },
    (work, params) =>
      draftInvoice(work, {
        customer: work.tables.get('customer', params.customer, 'customer'),
        subscription: null,
        billingReason: 'manual',
        collectionMethod: params.collection_method,
        daysUntilDue: params.days_until_due ?? null,
        autoAdvance: params.auto_advance,
        currency: params.currency,
        description: params.description ?? null,
        lines: [],
        metadata: mergeMetadata(null, params.metadata),
      }),
  ),
  operation(
    'GET',
    '/v1/invoices',
    {
      ...page,
      customer: text.optional(),
      subscription: text.optional(),
      status: invoiceStatus.optional(),
      collection_method: z.enum(['charge_automatically', 'send_invoice']).optional(),
      created: created.optional(),
    },
    ({ tables }, params) => {
      const bills = (invoice: Stripe.Invoice): string | null =>
        refOrNull(invoice.parent?.subscription_details?.subscription);
      const matching = tables
        .list('invoice')
        .filter((one) => params.customer === undefined || refOrNull(one.customer) === params.customer)
        .filter((one) => params.subscription === undefined || bills(one) === params.subscription)
        .filter((one) => params.status === undefined || one.status === params.status)
        .filter(
          (one) =>
            params.collection_method === undefined || one.collection_method === params.collection_method,
        )
        .filter((one) => createdWithin(one.created, params.created));
      return paginate('/v1/invoices', matching, params);
    },
  ),
  operation('GET', '/v1/invoices/:id', {}, ({ tables }, _, id) => tables.get('invoice', id)),
  operation('GET', '/v1/invoices/:id/lines', page, ({ tables }, params, id) => {
    const oldestFirst = tables.get('invoice', id).lines.data.toReversed();
    return paginate(`/v1/invoices/${id}/lines`, oldestFirst, params);
  }),
  operation('POST', '/v1/invoices/:id', invoiceUpdateShape, (work, params, id) =>
    updateInvoice(work, work.tables.get('invoice', id), params),
  ),
  operation('DELETE', '/v1/invoices/:id', {}, (work, _, id) =>
    deleteDraft(work, work.tables.get('invoice', id)),
  ),
  operation('POST', '/v1/invoices/:id/finalize', { auto_advance: flag.optional() }, (work, params, id) => {
    const open = finalizeInvoice(work, work.tables.get('invoice', id));
    return params.auto_advance === false
      ? work.tables.put('invoice', { ...open, auto_advance: false })
      : open;
  }),
  operation('POST', '/v1/invoices/:id/pay', payShape, (work, params, id) =>
    pay(work, work.tables.get('invoice', id), params),
  ),
  operation('POST', '/v1/invoices/:id/send', {}, (work, _, id) => {
    const invoice = work.tables.get('invoice', id);
    const open = invoice.status === 'draft' ? finalizeInvoice(work, invoice) : invoice;
    emit(work, 'invoice.sent', open);
    return open;
  }),
  operation('POST', '/v1/invoices/:id/void', {}, (work, _, id) => {
    const voided = voidInvoice(work, work.tables.get('invoice', id));
    applyVoidedInvoice(work, voided);
    return voided;
  }),
  operation('POST', '/v1/invoices/:id/mark_uncollectible', {}, (work, _, id) => {
    const given = markUncollectible(work, work.tables.get('invoice', id));
    applyUncollectible(work, given);
    return given;
  }),
  operation(
    'GET',
    '/v1/invoice_payments',
    {
      ...page,
      invoice: text.optional(),
      status: z.enum(['canceled', 'open', 'paid']).optional(),
      payment: z.strictObject({ type: z.literal('payment_intent'), payment_intent: text }).optional(),
    },
    ({ tables }, params) => {
      const wanted = params.payment?.payment_intent;
      const matching = tables
        .list('invoice_payment')
        .filter((one) => params.invoice === undefined || refOrNull(one.invoice) === params.invoice)
        .filter((one) => params.status === undefined || one.status === params.status)
        .filter((one) => wanted === undefined || refOrNull(one.payment.payment_intent) === wanted);
      return paginate('/v1/invoice_payments', matching, params);
    },
  ),
  operation('GET', '/v1/invoice_payments/:id', {}, ({ tables }, _, id) => tables.get('invoice_payment', id)),
];

function pay(work: Work, invoice: Stripe.Invoice, params: ParamsOf<typeof payShape>): Stripe.Invoice {
  const open = invoice.status === 'draft' ? finalizeInvoice(work, invoice) : invoice;
  if (open.status === 'paid')
    throw invalidRequest('Invoice is already paid', { code: 'invoice_already_paid' });
  if (open.status === 'void') throw invalidRequest('Voided invoices cannot be paid.');
  if (isProcessing(work, open.id)) throw stillProcessing('paid again');
  if (params.paid_out_of_band === true) {
    const paid = markPaid(work, open, 'out_of_band');
    applyPaidInvoice(work, paid);
    return paid;
  }
  const wanted = params.payment_method;
  const method =
    wanted === undefined ? undefined : attachMethod(work, resolveMethod(work, wanted), customerOf(open));
  const collection = collectInvoice(work, open, {
    offSession: params.off_session ?? true,
    ...(method === undefined ? {} : { method }),
  });
  if (collection.outcome === 'paid' || collection.outcome === 'processing') return collection.invoice;
  if (collection.outcome === 'declined') {
    throw cardError(
      collection.failure,
      collection.intent === null ? {} : { paymentIntent: collection.intent },
    );
  }
  const message = 'This payment requires additional user action before it can be completed successfully.';
  throw cardError(
    { code: 'invoice_payment_intent_requires_action', declineCode: 'authentication_required', message },
    { paymentIntent: collection.intent },
  );
}
