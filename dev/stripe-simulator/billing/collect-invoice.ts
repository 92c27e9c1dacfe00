import type Stripe from 'stripe';
import type { CardFailure } from '../card-failure';
import { change, emit } from '../events';
import { schedule, unschedule } from '../schedule';
import { DAY, refOf, refOrNull, type Work } from '../work';
import { attemptPayment, type Attempt } from './attempt-payment';
import { decideDebit, isProcessing, settleAlone, tellSession } from './bank-debits';
import { openDisputeIfAsked } from './disputes';
import {
  customerOf,
  finalizeInvoice,
  markPaid,
  paymentOf,
  stillProcessing,
  subscriptionOf,
} from './invoices';
import { methodToCharge } from './methods';
import { concludeHeld } from './pause-collection';
import { applyPaidInvoice, changeSubscription, endSubscription } from './subscription-state';

/** When a failed renewal is tried again, in days after it was made final: eight tries in two weeks. */
const RETRY_DAYS = [1, 3, 5, 7, 9, 11, 14];

const NO_METHOD: CardFailure = {
  code: 'payment_method_missing',
  declineCode: 'payment_method_missing',
  message: 'There is no default payment method set on this customer or subscription.',
};

/** What became of an attempt to have an invoice paid. */
export type Collection =
  | { readonly outcome: 'paid'; readonly invoice: Stripe.Invoice }
  | {
      readonly outcome: 'declined';
      readonly invoice: Stripe.Invoice;
      readonly failure: CardFailure;
      readonly intent: Stripe.PaymentIntent | null;
    }
  /** A bank was asked: the invoice stays open, and counts as attempted, until it answers. */
  | {
      readonly outcome: 'processing';
      readonly invoice: Stripe.Invoice;
      readonly intent: Stripe.PaymentIntent;
    }
  | {
      readonly outcome: 'requires_action';
      readonly invoice: Stripe.Invoice;
      readonly intent: Stripe.PaymentIntent;
    };

/** The same of an invoice that is made final first. Of one that is held nobody is asked now: it is sent, or collection is paused. */
export type Conclusion = Collection | { readonly outcome: 'held'; readonly invoice: Stripe.Invoice };

export interface CollectOptions {
  readonly offSession: boolean;
  readonly authenticated?: boolean;
  /** Absent: the default one of the subscription or the customer. */
  readonly method?: Stripe.PaymentMethod;
  /** By itself rather than by a call: a failure makes the subscription past due and is retried on a schedule. */
  readonly automatic?: boolean;
}

/** Finalises a draft and charges it at once, as Stripe does for the first invoice and for an upgrade. */
export function finalizeAndCollect(work: Work, draft: Stripe.Invoice, options: CollectOptions): Conclusion {
  const held = concludeHeld(work, draft);
  if (held !== undefined) return { outcome: 'held', invoice: held };
  if (draft.collection_method === 'send_invoice') {
    const sent = sendFinal(work, draft);
    return { outcome: sent.status === 'paid' ? 'paid' : 'held', invoice: sent };
  }
  return collectInvoice(work, finalizeInvoice(work, draft), options);
}

/** Finalises a draft that is sent to its customer; one over nothing is paid with that. */
export function sendFinal(work: Work, draft: Stripe.Invoice): Stripe.Invoice {
  const held = concludeHeld(work, draft);
  if (held !== undefined) return held;
  const open = finalizeInvoice(work, draft);
  return open.amount_due === 0 ? paid(work, open) : open;
}

/** Tries to have an open invoice paid, and carries the outcome to the subscription that it bills. */
export function collectInvoice(work: Work, invoice: Stripe.Invoice, options: CollectOptions): Collection {
  const intentId = refOrNull(paymentOf(work, invoice.id)?.payment.payment_intent);
  if (intentId === null) return { outcome: 'paid', invoice: paid(work, invoice) };
  if (isProcessing(work, invoice.id)) throw stillProcessing('paid again');
  const customer = work.tables.get('customer', customerOf(invoice));
  const method = options.method ?? methodToCharge(work, customer, subscriptionOf(work, invoice));
  if (method === null) {
    const failed = failAttempt(work, invoice, options, []);
    return { outcome: 'declined', invoice: failed, failure: NO_METHOD, intent: null };
  }
  const intent = work.tables.get('payment_intent', intentId);
  const attempt = attemptPayment(work, intent, method, options);
  return concludeAttempt(work, invoice, attempt, options);
}

function concludeAttempt(
  work: Work,
  invoice: Stripe.Invoice,
  attempt: Attempt,
  options: CollectOptions,
): Collection {
  switch (attempt.outcome) {
    case 'paid': {
      const attempted = { ...invoice, attempt_count: invoice.attempt_count + 1 };
      const settled = paid(work, attempted);
      openDisputeIfAsked(work, attempt.charge);
      return { outcome: 'paid', invoice: settled };
    }
    case 'declined': {
      const failed = failAttempt(work, invoice, options, []);
      return { ...attempt, invoice: failed };
    }
    case 'requires_action': {
      const failed = failAttempt(work, invoice, options, ['invoice.payment_action_required']);
      return { ...attempt, invoice: failed };
    }
    case 'processing': {
      unschedule(work, 'collect_invoice', invoice.id);
      const patch = {
        attempted: true,
        attempt_count: invoice.attempt_count + 1,
        next_payment_attempt: null,
      };
      const waiting = change(work, 'invoice', invoice, patch, 'invoice.updated');
      const subscription = subscriptionOf(work, waiting);
      // A bank takes days, and the service begins meanwhile.
      if (subscription?.status === 'incomplete') changeSubscription(work, subscription, { status: 'active' });
      return { ...attempt, invoice: waiting };
    }
  }
}

function paid(work: Work, invoice: Stripe.Invoice): Stripe.Invoice {
  const settled = markPaid(work, invoice, 'intent');
  applyPaidInvoice(work, settled);
  return settled;
}

/** The bank has answered: carries that to the invoice or the Checkout session that the intent pays. */
export function settleDebit(work: Work, intent: Stripe.PaymentIntent): void {
  const payment = work.tables
    .list('invoice_payment')
    .find((one) => refOrNull(one.payment.payment_intent) === intent.id);
  const settlement = decideDebit(work, intent);
  if (payment === undefined) {
    settleAlone(work, settlement);
    return;
  }
  const invoice = work.tables.get('invoice', refOf(payment.invoice));
  if (settlement.outcome === 'paid') {
    paid(work, invoice);
    openDisputeIfAsked(work, settlement.charge);
  } else {
    // It was counted when the bank was asked.
    const uncounted = { ...invoice, attempt_count: invoice.attempt_count - 1 };
    failAttempt(work, uncounted, { offSession: true, automatic: true }, []);
  }
  tellSession(work, settlement, invoice.id);
}

function failAttempt(
  work: Work,
  invoice: Stripe.Invoice,
  { automatic }: CollectOptions,
  alsoTell: readonly Stripe.Event.Type[],
): Stripe.Invoice {
  const next = automatic === true ? nextAttemptAt(work, invoice) : invoice.next_payment_attempt;
  const failed = change(
    work,
    'invoice',
    invoice,
    { attempted: true, attempt_count: invoice.attempt_count + 1, next_payment_attempt: next },
    'invoice.updated',
    ...alsoTell,
    'invoice.payment_failed',
  );
  if (automatic === true) afterAutomaticFailure(work, failed, next);
  return failed;
}

function afterAutomaticFailure(work: Work, invoice: Stripe.Invoice, next: number | null): void {
  if (next !== null) schedule(work, 'collect_invoice', invoice.id, next);
  const subscription = subscriptionOf(work, invoice);
  if (subscription === null || subscription.status === 'canceled') return;
  if (next === null) endSubscription(work, subscription, 'payment_failed');
  else if (subscription.status === 'active') {
    changeSubscription(work, subscription, { status: 'past_due' });
  }
}

function nextAttemptAt(work: Work, invoice: Stripe.Invoice): number | null {
  const finalizedAt = invoice.status_transitions.finalized_at ?? work.at;
  return RETRY_DAYS.map((days) => finalizedAt + days * DAY).find((at) => at > work.at) ?? null;
}

/** An invoice sent to a customer was not paid when it was due. */
export function markOverdue(work: Work, invoice: Stripe.Invoice): void {
  emit(work, 'invoice.overdue', invoice);
  const subscription = subscriptionOf(work, invoice);
  if (subscription?.status === 'active') changeSubscription(work, subscription, { status: 'past_due' });
}
