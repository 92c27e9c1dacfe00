import type Stripe from 'stripe';
import { idOf, instantOfSeconds } from './payment-facts';
import type { WithdrawalFact } from './payments';
import { callStripe, listAll } from './stripe-client';
import { getInvoice } from './stripe-invoices';

type OfLines = NonNullable<WithdrawalFact['ofLines']>;

/**
 * A credit note takes back what no refund of it does: what goes to the customer's balance, outside Stripe, or off an invoice
 * that is not paid yet. Its refunds are withdrawals of their own
 * (https://docs.stripe.com/invoicing/integration/programmatic-credit-notes).
 */
export async function readCreditNote(stripe: Stripe, withdrawalId: string): Promise<WithdrawalFact> {
  const note = await callStripe('credit_note', stripe.creditNotes.retrieve(withdrawalId));
  const invoiceId = idOf(note.invoice);
  if (invoiceId === null) throw new Error(`${withdrawalId} concerns no invoice`);
  const amountMinor = unrefunded(note);
  return {
    withdrawalId,
    kind: 'credit_note',
    status: amountMinor === 0 ? 'none' : note.status === 'void' ? 'returned' : 'withdrawn',
    amount: { amountMinor, currency: note.currency },
    ofLines: linesOf(await wholeNote(stripe, note), amountMinor),
    createdAt: instantOfSeconds(note.created),
    payment: null,
    invoice: await getInvoice(stripe, invoiceId),
  };
}

/** The credit note that a refund was made by, and for which lines so much of it is; undefined when it was made by itself. */
export async function findNoteOfRefund(
  stripe: Stripe,
  invoice: string,
  refundId: string,
): Promise<{ ofLines(amountMinor: number): OfLines | null } | undefined> {
  for await (const note of listAll(stripe.creditNotes.list({ invoice, limit: 100 }))) {
    if (!note.refunds.some(({ refund }) => idOf(refund) === refundId)) continue;
    const whole = await wholeNote(stripe, note);
    return { ofLines: (amountMinor) => linesOf(whole, amountMinor) };
  }
  return undefined;
}

/** What of the credit notes of an invoice went back otherwise than by refunds. */
export async function creditedOf(stripe: Stripe, invoice: string): Promise<number> {
  let credited = 0;
  for await (const note of listAll(stripe.creditNotes.list({ invoice, limit: 100 })))
    if (note.status !== 'void') credited += unrefunded(note);
  return credited;
}

function unrefunded({ total, refunds }: Stripe.CreditNote): number {
  return total - refunds.reduce((sum, { amount_refunded: amount }) => sum + amount, 0);
}

/** Null where the note does not say of every cent for which line of the invoice it is. */
function linesOf(note: Stripe.CreditNote, amountMinor: number): OfLines | null {
  const named = note.lines.data.flatMap(
    ({ invoice_line_item: lineId, amount, discount_amount: discount, taxes }) => {
      const exclusive = (taxes ?? []).filter(({ tax_behavior }) => tax_behavior === 'exclusive');
      const tax = exclusive.reduce((sum, one) => sum + one.amount, 0);
      return lineId === undefined ? [] : [{ lineId, total: amount - discount + tax }];
    },
  );
  if (note.total === 0 || named.reduce((sum, { total }) => sum + total, 0) !== note.total) return null;
  return named.map(({ lineId, total }) => ({
    lineId,
    amountMinor: Math.floor((total * amountMinor) / note.total),
  }));
}

async function wholeNote(stripe: Stripe, note: Stripe.CreditNote): Promise<Stripe.CreditNote> {
  if (!note.lines.has_more) return note;
  const data: Stripe.CreditNoteLineItem[] = [];
  for await (const line of listAll(stripe.creditNotes.listLineItems(note.id, { limit: 100 })))
    data.push(line);
  return { ...note, lines: { ...note.lines, data } };
}
