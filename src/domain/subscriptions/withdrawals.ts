import { credits } from '../credits';
import { takeWithdrawal, type Entitlement, type WithdrawalOutcome } from '../payments/refunds';
import { withdrawalsOf } from './cycle-grants';
import { ungrantedByPayment } from './due-cycles';
import type { SubscriptionFact } from './inputs';
import { eraOf, isGranted, paidCycles } from './paid-cycles';
import type { SubscriptionState } from './state';

type WithdrawalFact = Extract<SubscriptionFact, { readonly type: 'withdrawal' }>;

/**
 * Takes credits back for money that went back, or gives them back for money that came back, after all due cycles have been
 * granted.
 */
export function takeBack(
  state: SubscriptionState,
  fact: WithdrawalFact,
): { readonly state: SubscriptionState; readonly outcome: WithdrawalOutcome } {
  const { paymentId } = fact.payment;
  const known = withdrawalsOf(state, paymentId);
  const outcome = takeWithdrawal(known, entitlementOf(state, fact), fact.withdrawal, state.at);
  const others = state.withdrawals.filter((one) => one !== known);
  return { state: { ...state, withdrawals: [...others, outcome.withdrawals] }, outcome };
}

/** What a payment has bought: all granted cycles of its interval count as its own. */
function entitlementOf(state: SubscriptionState, { payment }: WithdrawalFact): Entitlement {
  const { paymentId, creditsPerCycle, paid, otherMinor = 0 } = payment;
  const era = eraOf(payment, state.eras);
  const cycles = era === undefined ? [] : paidCycles(payment, era);
  const granted = cycles.filter(({ cycle }) => era !== undefined && isGranted(era, cycle)).length;
  const ungranted = (ungrantedByPayment(state).get(paymentId)?.length ?? 0) * creditsPerCycle;
  return {
    paymentId,
    paid,
    otherMinor,
    total: credits(granted * creditsPerCycle + ungranted),
    ungranted: credits(ungranted),
  };
}
