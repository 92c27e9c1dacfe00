import type Stripe from 'stripe';
import { change, emit } from '../events';
import { buildRefund } from '../objects/refund';
import { schedule } from '../schedule';
import { invalidRequest } from '../stripe-error';
import { refOf, type Work } from '../work';
import { behaviorOf } from './methods';

/** How long after it was made a refund to the cards of failing and of waiting refunds is decided, in seconds. */
const DECIDED_AFTER = 5;

/** Gives back all or a part of what a charge has left; the refunds of a charge never exceed it. */
export function refundCharge(
  work: Work,
  charge: Stripe.Charge,
  input: { amount: number | null; reason: Stripe.Refund.Reason | null; metadata: Stripe.Metadata },
): Stripe.Refund {
  const left = charge.amount_captured - charge.amount_refunded;
  const amount = input.amount ?? left;
  if (charge.disputed) {
    throw invalidRequest(`Charge ${charge.id} has been charged back; cannot issue a refund.`, {
      code: 'charge_disputed',
    });
  }
  if (!charge.paid) throw invalidRequest(`Charge ${charge.id} was not paid.`, { param: 'charge' });
  if (left === 0) {
    throw invalidRequest(`Charge ${charge.id} has already been refunded.`, {
      code: 'charge_already_refunded',
    });
  }
  if (amount > left) {
    const message = `Refund amount (${String(amount)}) is greater than unrefunded amount on charge (${String(left)})`;
    throw invalidRequest(message, { param: 'amount' });
  }
  const { reason, metadata } = input;
  const method = work.tables.find('payment_method', charge.payment_method ?? '');
  const behavior = method === undefined ? 'pays' : behaviorOf(method).kind;
  const status = behavior === 'pays_but_refund_waits' ? 'pending' : 'succeeded';
  const built = buildRefund({ charge, amount, reason, metadata, status, at: work.at });
  const refund = work.tables.put('refund', built);
  setRefunded(work, charge, charge.amount_refunded + amount);
  emit(work, 'refund.created', refund);
  const decidedAt = work.at + DECIDED_AFTER;
  if (behavior === 'pays_but_refund_fails') schedule(work, 'fail_refund', refund.id, decidedAt);
  if (behavior === 'pays_but_refund_waits') schedule(work, 'succeed_refund', refund.id, decidedAt);
  return refund;
}

/** The bank has given the money to the customer. */
export function succeedRefund(work: Work, refund: Stripe.Refund): void {
  change(work, 'refund', refund, { status: 'succeeded' }, 'refund.updated');
}

/** The bank could not give the money to the customer: it is back with the merchant. */
export function failRefund(work: Work, refund: Stripe.Refund): void {
  const charge = work.tables.get('charge', refOf(refund.charge ?? ''));
  setRefunded(work, charge, charge.amount_refunded - refund.amount);
  const patch = { status: 'failed', failure_reason: 'expired_or_canceled_card' };
  change(work, 'refund', refund, patch, 'refund.updated', 'refund.failed');
}

function setRefunded(work: Work, charge: Stripe.Charge, amountRefunded: number): void {
  const patch = { amount_refunded: amountRefunded, refunded: amountRefunded === charge.amount_captured };
  const types = amountRefunded > charge.amount_refunded ? (['charge.refunded'] as const) : [];
  change(work, 'charge', charge, patch, ...types);
}
