import type Stripe from 'stripe';
import { change, emit } from '../events';
import { buildCreditNote, type CreditLineInput } from '../objects/credit-note';
import { invalidRequest } from '../stripe-error';
import { refOf, refOrNull, stripeId, type Work } from '../work';
import { isProcessing } from './bank-debits';
import { moveBalance } from './customer-balance';
import { customerOf, markPaid, paymentOf, stillProcessing } from './invoices';
import { refundCharge } from './refunds';
import { applyPaidInvoice } from './subscription-state';

export interface CreditNoteInput {
  readonly lines: readonly CreditLineInput[];
  readonly amount: number;
  /** Where the money of a paid invoice goes: back by a refund made for it, to the balance, or by a way of its own. */
  readonly refundAmount: number;
  readonly creditAmount: number;
  readonly outOfBandAmount: number;
  /** Refunds that were made before, and are accounted for by this. */
  readonly refunds: readonly { readonly refund: string; readonly amount: number }[];
  readonly reason: Stripe.CreditNote.Reason | null;
  readonly memo: string | null;
  readonly metadata: Stripe.Metadata;
}

/**
 * Lowers what an invoice came to. An open one asks for that much less, and is paid when nothing is left; of a paid one the
 * money goes back in the ways that the call names, which have to add up
 * (https://docs.stripe.com/invoicing/integration/programmatic-credit-notes).
 */
export function createCreditNote(
  work: Work,
  invoice: Stripe.Invoice,
  input: CreditNoteInput,
): Stripe.CreditNote {
  if (invoice.status === 'open') return creditOpen(work, invoice, input);
  if (invoice.status === 'paid') return creditPaid(work, invoice, input);
  throw invalidRequest(
    `You can only create credit notes for invoices that are open or paid. This one is ${invoice.status ?? 'draft'}.`,
    { param: 'invoice' },
  );
}

function creditOpen(work: Work, invoice: Stripe.Invoice, input: CreditNoteInput): Stripe.CreditNote {
  if (isProcessing(work, invoice.id)) throw stillProcessing('credited');
  refuseMoreThan(invoice.amount_remaining, input.amount);
  if (givenBack(input) > 0) {
    throw invalidRequest(
      'You cannot use `refund_amount`, `credit_amount`, `out_of_band_amount` or `refunds` on an open invoice.',
    );
  }
  const note = keep(work, invoice, input, { type: 'pre_payment', refunds: [], balanceTransaction: null });
  const lowered = lower(work, invoice, input.amount);
  if (lowered.amount_remaining === 0) {
    applyPaidInvoice(work, markPaid(work, lowered, 'out_of_band'));
  }
  return note;
}

function creditPaid(work: Work, invoice: Stripe.Invoice, input: CreditNoteInput): Stripe.CreditNote {
  const credited = invoice.pre_payment_credit_notes_amount + invoice.post_payment_credit_notes_amount;
  refuseMoreThan(invoice.total - credited, input.amount);
  if (givenBack(input) !== input.amount) {
    throw invalidRequest(
      `The sum of credit amount, refund amount and out of band amount (${String(givenBack(input))}) must equal the post-payment credit note amount (${String(input.amount)}).`,
    );
  }
  const id = stripeId('cn');
  const refunds = [...linked(work, input), ...refunded(work, invoice, input)];
  const { currency } = invoice;
  const move =
    input.creditAmount === 0
      ? null
      : moveBalance(work, {
          customer: customerOf(invoice),
          amount: -input.creditAmount,
          currency,
          type: 'credit_note',
          creditNote: id,
          invoice: invoice.id,
        });
  const made = { id, type: 'post_payment', refunds, balanceTransaction: move?.id ?? null } as const;
  const note = keep(work, invoice, input, made);
  const total = invoice.post_payment_credit_notes_amount + input.amount;
  const patch = { post_payment_credit_notes_amount: total };
  change(work, 'invoice', work.tables.get('invoice', invoice.id), patch, 'invoice.updated');
  return note;
}

/** Takes an issued note back: the open invoice asks for its amount again. One of a paid invoice stays. */
export function voidCreditNote(work: Work, note: Stripe.CreditNote): Stripe.CreditNote {
  const invoice = work.tables.get('invoice', refOf(note.invoice));
  if (note.status !== 'issued' || note.type !== 'pre_payment' || invoice.status !== 'open') {
    throw invalidRequest('You can only void an issued credit note of an invoice that is open.');
  }
  if (isProcessing(work, invoice.id)) throw stillProcessing('changed');
  lower(work, invoice, -note.amount);
  return change(work, 'credit_note', note, { status: 'void', voided_at: work.at }, 'credit_note.voided');
}

function lower(work: Work, invoice: Stripe.Invoice, amount: number): Stripe.Invoice {
  const due = invoice.amount_due - amount;
  const payment = paymentOf(work, invoice.id);
  if (payment !== undefined && due > 0) {
    work.tables.put('invoice_payment', { ...payment, amount_requested: due });
    const intent = work.tables.get('payment_intent', refOf(payment.payment.payment_intent ?? ''));
    work.tables.put('payment_intent', { ...intent, amount: due });
  }
  const credited = invoice.pre_payment_credit_notes_amount + amount;
  const patch = { amount_due: due, amount_remaining: due, pre_payment_credit_notes_amount: credited };
  return change(work, 'invoice', invoice, patch, 'invoice.updated');
}

function refunded(work: Work, invoice: Stripe.Invoice, input: CreditNoteInput): Stripe.CreditNote.Refund[] {
  if (input.refundAmount === 0) return [];
  const intentId = refOrNull(paymentOf(work, invoice.id)?.payment.payment_intent);
  const intent = intentId === null ? undefined : work.tables.get('payment_intent', intentId);
  const charge = intent?.status === 'succeeded' ? refOrNull(intent.latest_charge) : null;
  if (charge === null) {
    throw invalidRequest('There is no charge on this invoice to refund.', { param: 'refund_amount' });
  }
  const { metadata, refundAmount: amount } = input;
  const made = refundCharge(work, work.tables.get('charge', charge), { amount, reason: null, metadata });
  return [refundOf(made.id, amount)];
}

function linked(work: Work, input: CreditNoteInput): Stripe.CreditNote.Refund[] {
  return input.refunds.map(({ refund, amount }) =>
    refundOf(work.tables.get('refund', refund, 'refunds[0][refund]').id, amount),
  );
}

function refundOf(refund: string, amount: number): Stripe.CreditNote.Refund {
  return { refund, amount_refunded: amount, payment_record_refund: null, type: 'refund' };
}

function givenBack({ refundAmount, creditAmount, outOfBandAmount, refunds }: CreditNoteInput): number {
  const before = refunds.reduce((sum, { amount }) => sum + amount, 0);
  return refundAmount + creditAmount + outOfBandAmount + before;
}

function refuseMoreThan(left: number, amount: number): void {
  if (amount > 0 && amount <= left) return;
  throw invalidRequest(
    `The amount of a credit note has to be between 1 and what is left of the invoice (${String(left)}); this is ${String(amount)}.`,
    { param: 'amount' },
  );
}

function keep(
  work: Work,
  invoice: Stripe.Invoice,
  input: CreditNoteInput,
  made: {
    id?: string;
    type: 'pre_payment' | 'post_payment';
    refunds: readonly Stripe.CreditNote.Refund[];
    balanceTransaction: string | null;
  },
): Stripe.CreditNote {
  const notes = work.tables.list('credit_note').filter((note) => refOf(note.invoice) === invoice.id);
  const note = buildCreditNote({
    ...input,
    id: stripeId('cn'),
    ...made,
    invoice,
    number: `${invoice.number ?? 'INV'}-CN-${String(notes.length + 1).padStart(2, '0')}`,
    outOfBand: input.outOfBandAmount,
    at: work.at,
  });
  work.tables.put('credit_note', note);
  emit(work, 'credit_note.created', note);
  return note;
}
