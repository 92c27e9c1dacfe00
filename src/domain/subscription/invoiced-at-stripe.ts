import { cycleStart } from '../billing-calendar';
import { termEnd, type Contract } from '../contract';
import { epochMsOf, instantOf, type Instant } from '../instants';
import type { StripeCall } from './effects';
import { coveredThrough, isRecorded } from '../paid-cycles';
import type { SubscriptionState } from './state';
import { currentEra, lastInterval } from './timeline';

/**
 * What is asked of Stripe about a contract whose term is over: nobody has told it of the term, and it would send invoices for
 * ever. What is billed for the term stays billed, and is fulfilled when it is paid. Nothing when it was ended before its term.
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
 * From when on a period that Stripe bills pays for none of the term's cycles: right after the last one's start. A term that
 * began with recorded money is later than Stripe's own calendar, which bills its next period up to a month before the end.
 */
function beyondTerm({ termMonths }: Contract, anchorAt: Instant): Instant {
  return instantOf(epochMsOf(cycleStart(anchorAt, termMonths - 1)) + 1);
}

/**
 * What is asked of Stripe while money that an operator has recorded pays for what it sends invoices for, a contract or a plan:
 * it goes on billing every period, and what it bills for the time that is paid is marked as paid, so that nobody is asked for
 * that money again.
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

/** What is asked of Stripe again and again until nothing is left to void of what was being paid when a command stopped it. */
export function callsWhileUnvoided({
  unvoidedUntil,
  subscriptionId,
  stripeSubscriptionId,
}: SubscriptionState): readonly StripeCall[] {
  if (unvoidedUntil === null || stripeSubscriptionId === null) return [];
  const operationId = `${subscriptionId}:unvoided:${unvoidedUntil}`;
  return [{ operationId, type: 'void_open_invoices', until: unvoidedUntil }];
}
