import type Stripe from 'stripe';
import type { Instant } from '../domain/instants';
import { DomainError } from '../domain/errors';
import { invoiceFact, METADATA } from './payment-facts';
import type { InvoiceFact, Payments } from './payments';
import { callStripe, isRefused, listAll } from './stripe-client';

/** Everything on an invoice that the facts are made of. */
const EXPAND = { expand: ['payments'] };

/** An invoice as it is now. */
export async function getInvoice(stripe: Stripe, invoiceId: string): Promise<InvoiceFact> {
  return wholeInvoice(stripe, await callStripe('invoice', stripe.invoices.retrieve(invoiceId, EXPAND)));
}

/** What an invoice says with all its lines, of which it shows the first ten alone. Expects `payments` to be expanded. */
export async function wholeInvoice(stripe: Stripe, invoice: Stripe.Invoice): Promise<InvoiceFact> {
  if (!invoice.lines.has_more) return invoiceFact(invoice);
  const data: Stripe.InvoiceLineItem[] = [];
  for await (const line of listAll(stripe.invoices.listLineItems(invoice.id, { limit: 100 })))
    data.push(line);
  return invoiceFact({ ...invoice, lines: { ...invoice.lines, data } });
}

/** The latest invoices of a subscription, newest first; at most a hundred. */
export async function listSubscriptionInvoices(
  stripe: Stripe,
  stripeSubscriptionId: string,
): Promise<readonly InvoiceFact[]> {
  const list = stripe.invoices.list({
    subscription: stripeSubscriptionId,
    limit: 100,
    expand: ['data.payments'],
  });
  return Promise.all((await callStripe('list', list)).data.map((invoice) => wholeInvoice(stripe, invoice)));
}

/** The unpaid invoices of a subscription, drafts included, oldest first. */
async function listUnpaid(stripe: Stripe, stripeSubscriptionId: string): Promise<Stripe.Invoice[]> {
  const unpaid: Stripe.Invoice[] = [];
  for await (const invoice of listAll(
    stripe.invoices.list({ subscription: stripeSubscriptionId, limit: 100 }),
  )) {
    if (['draft', 'open', 'uncollectible'].includes(invoice.status ?? '')) unpaid.push(invoice);
  }
  return unpaid.reverse();
}

/** Voids the unpaid invoices of a subscription; see the port. One that is paid at this very moment stays paid. */
export async function voidOpenInvoices(
  stripe: Stripe,
  stripeSubscriptionId: string,
  { from, until }: NonNullable<Parameters<Payments['voidOpenInvoices']>[1]> = {},
): Promise<{ readonly isInFlight: boolean }> {
  let isInFlight = false;
  for (const invoice of await listUnpaid(stripe, stripeSubscriptionId)) {
    const start = (await wholeInvoice(stripe, invoice)).line?.start;
    const isWanted = (
      bound: Instant | undefined,
      holds: (bound: Instant, start: Instant) => boolean,
    ): boolean => bound === undefined || (start !== undefined && holds(bound, start));
    if (!isWanted(from, (bound, at) => at >= bound) || !isWanted(until, (bound, at) => at <= bound)) continue;
    const after = await voidUnlessPaid(stripe, invoice.id);
    if (after.status === 'paid' || after.status === 'void') continue;
    if (!(await isPaymentInFlight(stripe, after))) throw couldNotBeVoided(after);
    isInFlight = true;
  }
  return { isInFlight };
}

/** Marks the unpaid invoices whose period ends by an instant as paid in a way that Stripe has no part in. */
export async function payOutOfBand(
  stripe: Stripe,
  { stripeSubscriptionId, through }: { stripeSubscriptionId: string; through: Instant },
): Promise<readonly InvoiceFact[]> {
  const paid: InvoiceFact[] = [];
  for (const invoice of await listUnpaid(stripe, stripeSubscriptionId)) {
    const end = (await wholeInvoice(stripe, invoice)).line?.end;
    if (end === undefined || end > through) continue;
    if (invoice.status === 'draft') await finalize(stripe, invoice.id);
    const metadata = { [METADATA.recordedPayment]: through };
    await callStripe('invoice', stripe.invoices.update(invoice.id, { metadata }));
    await unlessRefused(callStripe('invoice', stripe.invoices.pay(invoice.id, { paid_out_of_band: true })));
    paid.push(await getInvoice(stripe, invoice.id));
  }
  return paid;
}

/**
 * The invoice of a change that applies only when it is paid: answers it when it is. Otherwise voids it, so that nobody pays
 * for what was refused, and throws `payment_failed` with the reason.
 */
export async function paidOrVoided(stripe: Stripe, invoiceId: string): Promise<InvoiceFact> {
  const invoice = await getInvoice(stripe, invoiceId);
  if (invoice.status === 'paid') return invoice;
  const reason = await failureOf(stripe, invoice);
  const after = await voidUnlessPaid(stripe, invoiceId);
  if (after.status === 'paid') return after;
  if (after.status !== 'void') throw couldNotBeVoided(after);
  throw new DomainError('payment_failed', `The payment has failed: ${reason}.`, { reason });
}

/**
 * Voids an unpaid invoice, so that it is charged no more, and answers what became of it. A draft is made final first, without collecting it: Stripe deletes
 * no draft of a subscription (https://docs.stripe.com/api/invoices/delete).
 */
async function voidUnlessPaid(stripe: Stripe, invoiceId: string): Promise<InvoiceFact> {
  const invoice = await getInvoice(stripe, invoiceId);
  if (invoice.status === 'draft') await finalize(stripe, invoiceId);
  if (invoice.status !== 'paid' && invoice.status !== 'void') {
    await unlessRefused(callStripe('invoice', stripe.invoices.voidInvoice(invoiceId)));
  }
  return getInvoice(stripe, invoiceId);
}

function couldNotBeVoided({ invoiceId, status }: InvoiceFact): DomainError {
  return new DomainError('unavailable', `Invoice ${invoiceId} is ${status} and could not be voided.`);
}

/** A bank debit takes days, and what it is to pay can be neither voided nor charged meanwhile. */
async function isPaymentInFlight(stripe: Stripe, { paymentIntentId }: InvoiceFact): Promise<boolean> {
  if (paymentIntentId === null) return false;
  const intent = await callStripe('payment_intent', stripe.paymentIntents.retrieve(paymentIntentId));
  return intent.status === 'processing';
}

async function finalize(stripe: Stripe, invoiceId: string): Promise<void> {
  const collectNothing = { auto_advance: false };
  await unlessRefused(callStripe('invoice', stripe.invoices.finalizeInvoice(invoiceId, collectNothing)));
}

/** Somebody else may have been there first; what the invoice is like afterwards is read again in any case. */
async function unlessRefused(call: Promise<unknown>): Promise<void> {
  await call.catch((error: unknown) => {
    if (!isRefused(error)) throw error;
  });
}

async function failureOf(stripe: Stripe, invoice: InvoiceFact): Promise<string> {
  if (invoice.paymentIntentId === null) return 'payment_method_missing';
  const intent = await callStripe('payment_intent', stripe.paymentIntents.retrieve(invoice.paymentIntentId));
  const { last_payment_error: failure, payment_method: method } = intent;
  // A card that was taken and never refused waits for its holder; that can still be told when the intent is canceled.
  return failure?.code ?? (method === null ? 'payment_method_missing' : 'authentication_required');
}
