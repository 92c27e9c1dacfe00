import type Stripe from 'stripe';
import { change, emit } from '../events';
import { buildInvoice, buildInvoicePayment, type LineInput } from '../objects/invoice';
import { lineOfItem } from '../objects/invoice-item';
import { buildPaymentIntent } from '../objects/payment-intent';
import { schedule, unschedule } from '../schedule';
import type { HeldInvoice } from '../store';
import { invalidRequest, type StripeError } from '../stripe-error';
import { DAY, HOUR, refOf, refOrNull, type Work } from '../work';
import { cancelIntent } from './attempt-payment';
import { isProcessing } from './bank-debits';
import { applyBalance, unapplyBalance } from './customer-balance';
import { discounted, discountsAfter } from './discounts';
import { pendingItemsOf } from './prorations';

export interface InvoiceInput {
  readonly customer: Stripe.Customer;
  readonly subscription: Stripe.Subscription | null;
  readonly billingReason: Stripe.Invoice.BillingReason;
  readonly collectionMethod: 'charge_automatically' | 'send_invoice';
  readonly daysUntilDue: number | null;
  readonly autoAdvance: boolean;
  readonly currency: string;
  readonly description: string | null;
  readonly lines: readonly LineInput[];
  readonly metadata: Stripe.Metadata;
}

/** Drafts an invoice; with `autoAdvance` it is finalised by itself an hour later. */
export function draftInvoice(work: Work, input: InvoiceInput): Stripe.Invoice {
  const dueDate = input.daysUntilDue === null ? null : work.at + input.daysUntilDue * DAY;
  const pending = input.subscription === null ? [] : pendingItemsOf(work, input.subscription);
  const billed =
    input.subscription === null ? input.lines : discounted(work, input.subscription, input.lines);
  const built = buildInvoice({
    ...input,
    // As Stripe orders them: what was pending first, the newest of each kind first.
    lines: [...pending.toReversed().map((item) => pendingLine(work, item, input)), ...billed.toReversed()],
    periodStart: input.lines[0]?.period.start ?? work.at,
    dueDate,
    at: work.at,
  });
  for (const item of pending) work.tables.put('invoiceitem', { ...item, invoice: built.id });
  const behavior = heldBehaviorOf(input.subscription);
  const autoAdvance = input.autoAdvance && behavior !== 'keep_as_draft';
  const finalizesAt = autoAdvance ? work.at + HOUR : null;
  const advance = { auto_advance: autoAdvance, automatically_finalizes_at: finalizesAt };
  const invoice = work.tables.put('invoice', { ...built, ...advance });
  if (behavior !== null) work.tables.put('held_invoice', { id: invoice.id, behavior });
  if (finalizesAt !== null) schedule(work, 'finalize_invoice', invoice.id, finalizesAt);
  if (input.subscription !== null) {
    const subscription = work.tables.get('subscription', input.subscription.id);
    const discounts = discountsAfter(work, subscription, billed);
    work.tables.put('subscription', { ...subscription, discounts, latest_invoice: invoice.id });
  }
  emit(work, 'invoice.created', invoice);
  return invoice;
}

function pendingLine(work: Work, item: Stripe.InvoiceItem, { billingReason }: InvoiceInput): LineInput {
  const price = item.pricing?.price_details?.price;
  return lineOfItem(item, {
    price: price === undefined ? null : work.tables.get('price', refOf(price)),
    // A change that is invoiced at once names the item that it changed; what waited for a renewal names itself.
    namesSubscriptionItem: billingReason === 'subscription_update',
  });
}

/** What the pause of a subscription's collection does to an invoice made meanwhile. */
function heldBehaviorOf(subscription: Stripe.Subscription | null): HeldInvoice['behavior'] | null {
  const named = subscription?.pause_collection?.behavior;
  return (['keep_as_draft', 'mark_uncollectible', 'void'] as const).find((one) => one === named) ?? null;
}

/** Makes a draft final: it gets its number, its page and an intent to pay it. */
export function finalizeInvoice(work: Work, draft: Stripe.Invoice): Stripe.Invoice {
  if (draft.status !== 'draft') throw invalidRequest('This invoice is already finalized.');
  unschedule(work, 'finalize_invoice', draft.id);
  const customer = work.tables.get('customer', customerOf(draft));
  const sequence = customer.next_invoice_sequence ?? 1;
  work.tables.put('customer', { ...customer, next_invoice_sequence: sequence + 1 });
  const patch: Partial<Stripe.Invoice> = {
    ...applyBalance(work, draft, work.tables.get('customer', customer.id)),
    status: 'open',
    number: `${customer.invoice_prefix ?? 'INV'}-${String(sequence).padStart(4, '0')}`,
    automatically_finalizes_at: null,
    effective_at: work.at,
    hosted_invoice_url: `${work.baseUrl}/i/${draft.id}`,
    status_transitions: { ...draft.status_transitions, finalized_at: work.at },
  };
  const open = change(work, 'invoice', draft, patch, 'invoice.finalized');
  if (open.amount_due > 0) createPayment(work, open);
  if (open.collection_method === 'send_invoice') {
    emit(work, 'invoice.sent', open);
    if (open.due_date !== null) schedule(work, 'mark_overdue', open.id, Math.max(open.due_date, work.at));
  }
  return open;
}

function createPayment(work: Work, invoice: Stripe.Invoice): void {
  const intent = buildPaymentIntent({
    amount: invoice.amount_due,
    currency: invoice.currency,
    customer: customerOf(invoice),
    paymentMethod: null,
    description: invoice.description ?? invoice.number,
    setupFutureUsage: invoice.parent === null ? null : 'off_session',
    metadata: {},
    at: work.at,
  });
  work.tables.put('payment_intent', intent);
  work.tables.put('invoice_payment', buildInvoicePayment(invoice, intent.id, work.at));
  emit(work, 'payment_intent.created', intent);
}

/** 400: a bank is working on the payment of an invoice, so nothing else can be done about it. */
export function stillProcessing(what: string): StripeError {
  return invalidRequest(`This invoice has a payment that is processing, so it cannot be ${what}.`, {
    code: 'invoice_not_editable',
  });
}

/** The money has come: by the invoice's intent, or in some way that Stripe has no part in. */
export function markPaid(work: Work, invoice: Stripe.Invoice, how: 'intent' | 'out_of_band'): Stripe.Invoice {
  stopCollecting(work, invoice);
  settlePayment(work, invoice, how === 'intent' ? 'paid' : 'canceled');
  return change(
    work,
    'invoice',
    invoice,
    {
      status: 'paid',
      attempted: true,
      auto_advance: false,
      amount_paid: invoice.amount_due,
      amount_paid_off_stripe: how === 'out_of_band' ? invoice.amount_due : 0,
      amount_remaining: 0,
      next_payment_attempt: null,
      status_transitions: { ...invoice.status_transitions, paid_at: work.at },
    },
    'invoice.updated',
    'invoice.paid',
    'invoice.payment_succeeded',
  );
}

/** Nobody will pay this one any more. Only an open invoice, or one given up on, can be voided. */
export function voidInvoice(work: Work, invoice: Stripe.Invoice): Stripe.Invoice {
  if (invoice.status !== 'open' && invoice.status !== 'uncollectible') {
    throw invalidRequest(`You can only pass in open invoices. This invoice isn't open: ${invoice.id}.`);
  }
  if (isProcessing(work, invoice.id)) throw stillProcessing('voided');
  stopCollecting(work, invoice);
  settlePayment(work, invoice, 'canceled');
  unapplyBalance(work, invoice, customerOf(invoice));
  const transitions = { ...invoice.status_transitions, voided_at: work.at };
  const patch = { status: 'void', auto_advance: false, status_transitions: transitions } as const;
  return change(
    work,
    'invoice',
    invoice,
    { ...patch, next_payment_attempt: null },
    'invoice.updated',
    'invoice.voided',
  );
}

/** Nobody is expected to pay this one any more, though it can still be paid. */
export function markUncollectible(work: Work, invoice: Stripe.Invoice): Stripe.Invoice {
  if (invoice.status !== 'open') throw invalidRequest('You can only mark open invoices as uncollectible.');
  stopCollecting(work, invoice);
  const transitions = { ...invoice.status_transitions, marked_uncollectible_at: work.at };
  const patch = { status: 'uncollectible', auto_advance: false, status_transitions: transitions } as const;
  return change(
    work,
    'invoice',
    invoice,
    { ...patch, next_payment_attempt: null },
    'invoice.updated',
    'invoice.marked_uncollectible',
  );
}

/** Takes away a draft, which never becomes an invoice. */
export function deleteDraft(work: Work, invoice: Stripe.Invoice): Stripe.DeletedInvoice {
  if (invoice.status !== 'draft' || invoice.parent !== null) {
    throw invalidRequest(
      'You can only delete draft invoices that no subscription made. Void this one instead.',
    );
  }
  stopCollecting(work, invoice);
  work.tables.remove('invoice', invoice.id);
  emit(work, 'invoice.deleted', invoice);
  return { id: invoice.id, object: 'invoice', deleted: true };
}

/** Leaves an invoice to whoever pays or voids it: nothing happens to it by itself any more. */
export function stopCollecting(work: Work, invoice: Stripe.Invoice): void {
  for (const task of ['finalize_invoice', 'collect_invoice', 'mark_overdue'] as const) {
    unschedule(work, task, invoice.id);
  }
}

/** The payment that an open invoice waits for. */
export function paymentOf(work: Work, invoice: string): Stripe.InvoicePayment | undefined {
  return work.tables
    .list('invoice_payment')
    .find((payment) => payment.invoice === invoice && payment.is_default);
}

/** Whose invoice it is. */
export function customerOf(invoice: Stripe.Invoice): string {
  if (invoice.customer === null) throw new Error(`invoice ${invoice.id} has no customer`);
  return refOf(invoice.customer);
}

/** The subscription that an invoice bills; null for one that stands by itself. */
export function subscriptionOf(work: Work, invoice: Stripe.Invoice): Stripe.Subscription | null {
  const id = refOrNull(invoice.parent?.subscription_details?.subscription);
  return id === null ? null : work.tables.get('subscription', id);
}

function settlePayment(work: Work, invoice: Stripe.Invoice, status: 'paid' | 'canceled'): void {
  const payment = paymentOf(work, invoice.id);
  if (payment === undefined) return;
  const at = status === 'paid' ? { paid_at: work.at } : { canceled_at: work.at };
  work.tables.put('invoice_payment', {
    ...payment,
    status,
    amount_paid: status === 'paid' ? payment.amount_requested : payment.amount_paid,
    status_transitions: { ...payment.status_transitions, ...at },
  });
  const intent = refOrNull(payment.payment.payment_intent);
  if (status === 'canceled' && intent !== null) cancelIntent(work, intent, 'void_invoice');
}
