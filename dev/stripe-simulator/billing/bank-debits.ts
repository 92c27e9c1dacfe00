import type Stripe from 'stripe';
import { lastPaymentError, type CardFailure } from '../card-failure';
import { change, emit } from '../events';
import { buildCharge } from '../objects/charge';
import { schedule } from '../schedule';
import { refOf, refOrNull, stripeId, type Work } from '../work';
import { openDisputeIfAsked } from './disputes';
import { bankOf } from './methods';

/** A debit that the bank has decided. */
export type Settlement =
  | { readonly outcome: 'paid'; readonly intent: Stripe.PaymentIntent; readonly charge: Stripe.Charge }
  | { readonly outcome: 'declined'; readonly intent: Stripe.PaymentIntent; readonly failure: CardFailure };

/** Asks a bank for the money of an intent, which is `processing` until the bank has decided, days later. */
export function startDebit(
  work: Work,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
): Stripe.PaymentIntent {
  const built = buildCharge(intent, method, null, work.at);
  const pending = { status: 'pending', paid: false, balance_transaction: null } as const;
  const charge = work.tables.put('charge', { ...built, ...pending });
  emit(work, 'charge.pending', charge);
  const behavior = bankOf(method)?.behavior;
  if (behavior !== undefined && behavior.outcome !== 'never') {
    schedule(work, 'settle_debit', intent.id, work.at + behavior.after);
  }
  const patch = {
    status: 'processing',
    latest_charge: charge.id,
    payment_method: method.id,
    last_payment_error: null,
    next_action: null,
  } as const;
  return change(work, 'payment_intent', intent, patch, 'payment_intent.processing');
}

/** Carries out what the bank has decided, on the charge and the intent. */
export function decideDebit(work: Work, intent: Stripe.PaymentIntent): Settlement {
  const charge = work.tables.get('charge', refOf(intent.latest_charge ?? ''));
  const method = work.tables.get('payment_method', refOf(intent.payment_method ?? ''));
  const behavior = bankOf(method)?.behavior;
  if (behavior?.outcome !== 'fails') return succeed(work, intent, charge);
  const { code } = behavior;
  const failure = { code, declineCode: code, message: 'The bank did not pay this debit.' };
  const patch = {
    status: 'failed',
    captured: false,
    amount_captured: 0,
    failure_code: code,
    failure_message: failure.message,
  } as const;
  change(work, 'charge', charge, patch, 'charge.failed');
  const returned = {
    status: 'requires_payment_method',
    payment_method: null,
    last_payment_error: lastPaymentError(failure, charge.id, method),
  } as const;
  const failed = change(work, 'payment_intent', intent, returned, 'payment_intent.payment_failed');
  return { outcome: 'declined', intent: failed, failure };
}

function succeed(work: Work, intent: Stripe.PaymentIntent, charge: Stripe.Charge): Settlement {
  const settled = { status: 'succeeded', paid: true, balance_transaction: stripeId('txn') } as const;
  const paidCharge = change(work, 'charge', charge, settled, 'charge.succeeded');
  const patch = { status: 'succeeded', amount_received: intent.amount } as const;
  const paid = change(work, 'payment_intent', intent, patch, 'payment_intent.succeeded');
  return { outcome: 'paid', intent: paid, charge: paidCharge };
}

/** Whether an invoice waits for a bank. */
export function isProcessing(work: Work, invoice: string): boolean {
  return work.tables.list('invoice_payment').some((payment) => {
    const id = refOrNull(payment.payment.payment_intent);
    return (
      refOf(payment.invoice) === invoice &&
      id !== null &&
      work.tables.get('payment_intent', id).status === 'processing'
    );
  });
}

/** Tells the Checkout session that was paid by a debit how that ended. */
export function tellSession(work: Work, settlement: Settlement, invoice: string | null): void {
  const session = work.tables
    .list('checkout.session')
    .find(
      (one) =>
        refOrNull(one.payment_intent) === settlement.intent.id ||
        (invoice !== null && refOrNull(one.invoice) === invoice),
    );
  if (session?.status !== 'complete' || session.payment_status !== 'unpaid') return;
  if (settlement.outcome === 'declined') {
    emit(work, 'checkout.session.async_payment_failed', session);
    return;
  }
  const patch = { payment_status: 'paid' } as const;
  change(work, 'checkout.session', session, patch, 'checkout.session.async_payment_succeeded');
}

/** Ends a debit that pays no invoice. */
export function settleAlone(work: Work, settlement: Settlement): void {
  tellSession(work, settlement, null);
  if (settlement.outcome === 'paid') openDisputeIfAsked(work, settlement.charge);
}
