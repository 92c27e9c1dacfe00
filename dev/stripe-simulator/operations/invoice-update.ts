import type Stripe from 'stripe';
import { z } from 'zod';
import { change } from '../events';
import type { ParamsOf } from '../http/operation';
import { clearable, flag, integer, metadata } from '../http/params';
import { schedule, unschedule } from '../schedule';
import { invalidRequest } from '../stripe-error';
import { DAY, HOUR, type Work } from '../work';
import { mergeMetadata } from '../metadata';

export const invoiceUpdateShape = {
  auto_advance: flag.optional(),
  description: clearable.optional(),
  days_until_due: integer.pipe(z.number().min(0)).optional(),
  due_date: integer.optional(),
  metadata: metadata.optional(),
};

/** What a person edits of an invoice: a draft as a whole; of a final one, its metadata and whether it goes on by itself. */
export function updateInvoice(
  work: Work,
  invoice: Stripe.Invoice,
  params: ParamsOf<typeof invoiceUpdateShape>,
): Stripe.Invoice {
  const { description, days_until_due: days, due_date: dueDate, auto_advance: advance } = params;
  const edits = description !== undefined || days !== undefined || dueDate !== undefined;
  if (edits && invoice.status !== 'draft') {
    throw invalidRequest("Finalized invoices can't be updated in this way.", {
      code: 'invoice_not_editable',
    });
  }
  if ((days !== undefined || dueDate !== undefined) && invoice.collection_method !== 'send_invoice') {
    throw invalidRequest('You can only set a due date for invoices with `collection_method=send_invoice`.', {
      param: days === undefined ? 'due_date' : 'days_until_due',
    });
  }
  const patch: Partial<Stripe.Invoice> = {
    ...(description === undefined ? {} : { description }),
    ...(days === undefined ? {} : { due_date: work.at + days * DAY }),
    ...(dueDate === undefined ? {} : { due_date: dueDate }),
    ...(advance === undefined ? {} : advanced(work, invoice, advance)),
    metadata: mergeMetadata(invoice.metadata, params.metadata),
  };
  return change(work, 'invoice', invoice, patch, 'invoice.updated');
}

/** A draft is made final an hour after it is let go; an open invoice that is held back is not charged again. */
function advanced(work: Work, invoice: Stripe.Invoice, advance: boolean): Partial<Stripe.Invoice> {
  if (invoice.status === 'draft') {
    const finalizesAt = advance ? (invoice.automatically_finalizes_at ?? work.at + HOUR) : null;
    if (finalizesAt === null) unschedule(work, 'finalize_invoice', invoice.id);
    else schedule(work, 'finalize_invoice', invoice.id, finalizesAt);
    return { auto_advance: advance, automatically_finalizes_at: finalizesAt };
  }
  if (invoice.status !== 'open') return {};
  if (advance) return { auto_advance: true };
  unschedule(work, 'collect_invoice', invoice.id);
  return { auto_advance: false, next_payment_attempt: null };
}
