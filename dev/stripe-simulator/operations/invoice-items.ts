import type Stripe from 'stripe';
import { z } from 'zod';
import { emit } from '../events';
import { operation, type Operation } from '../http/operation';
import { currency, integer, metadata, text } from '../http/params';
import { buildInvoiceItem, withLine } from '../objects/invoice-item';
import { invalidRequest } from '../stripe-error';
import { mergeMetadata } from './metadata';

/** Lines that a person adds to a draft of their own, as in the dashboard. */
export const invoiceItemOperations: readonly Operation[] = [
  operation(
    'POST',
    '/v1/invoiceitems',
    {
      customer: text,
      invoice: text,
      amount: integer.optional(),
      currency: currency.optional(),
      pricing: z.strictObject({ price: text }).optional(),
      quantity: integer.pipe(z.number().min(1)).default(1),
      description: text.optional(),
      metadata: metadata.optional(),
    },
    (work, params): Stripe.InvoiceItem => {
      const invoice = work.tables.get('invoice', params.invoice, 'invoice');
      if (invoice.status !== 'draft') throw invalidRequest('This invoice is no longer editable.');
      const price =
        params.pricing === undefined
          ? null
          : work.tables.get('price', params.pricing.price, 'pricing[price]');
      const item = buildInvoiceItem({
        customer: work.tables.get('customer', params.customer, 'customer').id,
        invoice: invoice.id,
        amount: params.amount ?? (price?.unit_amount ?? 0) * params.quantity,
        currency: params.currency ?? price?.currency ?? invoice.currency,
        price,
        quantity: params.quantity,
        description: params.description ?? null,
        metadata: mergeMetadata(null, params.metadata),
        at: work.at,
      });
      work.tables.put('invoiceitem', item);
      work.tables.put('invoice', withLine(invoice, item, price));
      emit(work, 'invoiceitem.created', item);
      return item;
    },
  ),
];
