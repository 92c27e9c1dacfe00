import { cycleStart } from '../billing-calendar';
import { plusMs, type Instant } from '../instants';
import { termEnd, type Contract } from './contract';
import type { StripeCall } from './effects';
import { coveredThrough, isRecorded } from './paid-cycles';
import type { SubscriptionState } from './state';
import { currentEra, lastInterval } from './timeline';

/**
 * The calls to Stripe for a contract whose term is over: Stripe does not know the term and would send invoices for ever.
 * Invoices for the term stay, and are fulfilled when they are paid. No calls for a contract that ended before its term.
 */
export function callsAtTermEnd(state: SubscriptionState): readonly StripeCall[] {
  const { contract, eras, cancelAt, subscriptionId, stripeSubscriptionId } = state;
  const [first] = eras;
  if (contract === null || first === undefined || stripeSubscriptionId === null) return [];
  const end = termEnd(contract, first.anchorAt);
  if (state.at < end || (cancelAt !== null && cancelAt < end)) return [];
  return [
    { operationId: `${subscriptionId}:term:cancel_now`, type: 'cancel_now' },
    {
      operationId: `${subscriptionId}:term:void_open_invoices`,
      type: 'void_open_invoices',
      from: beyondTerm(contract, first.anchorAt),
    },
  ];
}

/**
 * From when on a period that Stripe bills pays for none of the term's cycles: right after the start of the last one. A term
 * that began with a recorded payment is behind Stripe's calendar, which bills the next period up to a month before the end.
 */
function beyondTerm({ termMonths }: Contract, anchorAt: Instant): Instant {
  return plusMs(cycleStart(anchorAt, termMonths - 1), 1);
}

/**
 * The calls to Stripe while a recorded payment covers a contract or plan that Stripe invoices: Stripe goes on billing every
 * period, and its invoices for the covered time are marked as paid, so that nobody is asked for that money again.
 */
export function callsWhileRecorded(state: SubscriptionState): readonly StripeCall[] {
  const { collection, subscriptionId, stripeSubscriptionId } = state;
  const last = lastInterval(state);
  const era = currentEra(state);
  if (collection !== 'invoice' || stripeSubscriptionId === null || last === undefined || era === undefined)
    return [];
  if (!isRecorded(last.paymentId) || last.end <= state.at) return [];
  const through = coveredThrough(last, era.anchorAt);
  return [{ operationId: `${subscriptionId}:recorded:${through}`, type: 'pay_out_of_band', through }];
}

/** The call that is repeated until every invoice whose payment was under way when a command stopped it is voided or paid. */
export function callsWhileUnvoided({
  unvoidedUntil,
  subscriptionId,
  stripeSubscriptionId,
}: SubscriptionState): readonly StripeCall[] {
  if (unvoidedUntil === null || stripeSubscriptionId === null) return [];
  const operationId = `${subscriptionId}:unvoided:${unvoidedUntil}`;
  return [{ operationId, type: 'void_open_invoices', until: unvoidedUntil }];
}
