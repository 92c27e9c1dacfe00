import type Stripe from 'stripe';
import { z } from 'zod';
import { emit } from '../events';
import { operation, type Operation, type ParamsOf } from '../http/operation';
import { paginate } from '../http/paginate';
import { currency, flag, integer, metadata, page, text } from '../http/params';
import { buildInvoiceItem, withLine } from '../objects/invoice-item';
import { invalidRequest } from '../stripe-error';
import { refOf, refOrNull, type Work } from '../work';
import { mergeMetadata } from '../metadata';

const createShape = {
  customer: text,
  invoice: text.optional(),
  subscription: text.optional(),
  amount: integer.optional(),
  currency: currency.optional(),
  pricing: z.strictObject({ price: text }).optional(),
  quantity: integer.pipe(z.number().min(1)).default(1),
  description: text.optional(),
  metadata: metadata.optional(),
};

/**
 * Lines that a person adds to a draft, as in the dashboard; without an `invoice` they wait for the next one of the
 * subscription, or of any subscription of the customer.
 */
export const invoiceItemOperations: readonly Operation[] = [
  operation('POST', '/v1/invoiceitems', createShape, create),
  operation(
    'GET',
    '/v1/invoiceitems',
    { ...page, customer: text.optional(), invoice: text.optional(), pending: flag.optional() },
    ({ tables }, params) => {
      const matching = tables
        .list('invoiceitem')
        .filter((one) => params.customer === undefined || refOf(one.customer) === params.customer)
        .filter((one) => params.invoice === undefined || refOrNull(one.invoice) === params.invoice)
        .filter((one) => params.pending === undefined || (one.invoice === null) === params.pending);
      return paginate('/v1/invoiceitems', matching, params);
    },
  ),
  operation('GET', '/v1/invoiceitems/:id', {}, ({ tables }, _, id) => tables.get('invoiceitem', id)),
  operation('DELETE', '/v1/invoiceitems/:id', {}, (work, _, id) => {
    const item = work.tables.get('invoiceitem', id);
    if (item.invoice !== null) {
      throw invalidRequest('The simulator deletes invoice items that no invoice has taken up only.');
    }
    work.tables.remove('invoiceitem', id);
    emit(work, 'invoiceitem.deleted', item);
    return { id, object: 'invoiceitem', deleted: true };
  }),
];

function create(work: Work, params: ParamsOf<typeof createShape>): Stripe.InvoiceItem {
  const { tables, at } = work;
  const invoice = params.invoice === undefined ? null : tables.get('invoice', params.invoice, 'invoice');
  if (invoice !== null && invoice.status !== 'draft') {
    throw invalidRequest('This invoice is no longer editable.');
  }
  const price =
    params.pricing === undefined ? null : tables.get('price', params.pricing.price, 'pricing[price]');
  const built = buildInvoiceItem({
    customer: tables.get('customer', params.customer, 'customer').id,
    invoice: invoice?.id ?? null,
    amount: params.amount ?? (price?.unit_amount ?? 0) * params.quantity,
    currency: params.currency ?? price?.currency ?? invoice?.currency ?? 'usd',
    price,
    quantity: params.quantity,
    description: params.description ?? null,
    metadata: mergeMetadata(null, params.metadata),
    at,
  });
  const parent: Stripe.InvoiceItem.Parent | null =
    params.subscription === undefined
      ? null
      : {
          type: 'subscription_details',
          subscription_details: {
            subscription: tables.get('subscription', params.subscription, 'subscription').id,
          },
        };
  const item = tables.put('invoiceitem', { ...built, parent });
  if (invoice !== null) tables.put('invoice', withLine(invoice, item, price));
  emit(work, 'invoiceitem.created', item);
  return item;
}
