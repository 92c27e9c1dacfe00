import type { Instant } from '../instants';
import { withheldOf } from '../payments/refunds';
import { dueCycles, isHeldBack } from './due-cycles';
import { eraOf } from './paid-cycles';
import type { SubscriptionState } from './state';
import { coveredThroughOf, endsAt, graceEnd, isInFlight, pauseOf, statusOf } from './timeline';

/** What a subscription needs before it goes on. */
export type Waiting =
  /** Its customer has not paid on the checkout page, which is open until then. */
  | { readonly for: 'checkout'; readonly sessionId: string; readonly until: Instant }
  /** It is invoiced, and nothing is paid yet. */
  | { readonly for: 'first_invoice' }
  /** The period that began at `since` is not paid; from `graceEnd` on the subscription is past due. */
  | {
      readonly for: 'renewal';
      readonly since: Instant;
      readonly graceEnd: Instant;
      readonly standing: 'in_grace' | 'in_flight' | 'failed' | 'grace_over';
      readonly isAtStripe: boolean;
    }
  /** It is paused; `heldBack` due and paid grants wait for its end. */
  | { readonly for: 'resume'; readonly since: Instant; readonly heldBack: number }
  /** A payment has arrived whose cycles cannot be counted, because an earlier one is missing. */
  | { readonly for: 'first_payment'; readonly paymentId: string }
  /** An accepted command is being carried out at Stripe. */
  | { readonly for: 'stripe' }
  /** A payment that could not be stopped because it was pending: granted if it succeeds, else its invoice is voided. */
  | { readonly for: 'debit'; readonly since: Instant };

/** Why nothing is granted now, for operators; empty while the subscription needs nothing. The most urgent comes first. */
export function whyItWaits(state: SubscriptionState): readonly Waiting[] {
  const orphans = state.intervals.filter((interval) => eraOf(interval, state.eras) === undefined);
  return [
    ...(state.command === null ? [] : [{ for: 'stripe' } as const]),
    ...(state.unvoidedUntil === null ? [] : [{ for: 'debit', since: state.unvoidedUntil } as const]),
    ...orphans.map(({ paymentId }) => ({ for: 'first_payment', paymentId }) as const),
    ...waitingOf(state),
  ];
}

/** The credits of future cycles that are withheld because their money went back. */
export function withheldCredits({ withdrawals }: SubscriptionState): number {
  return withdrawals.reduce((sum, one) => sum + withheldOf(one), 0);
}

function waitingOf(state: SubscriptionState): readonly Waiting[] {
  const through = coveredThroughOf(state);
  const pause = pauseOf(state);
  switch (statusOf(state)) {
    case 'canceled':
      return [];
    case 'incomplete':
      return [firstPayment(state)];
    case 'paused': {
      const due = dueCycles(state).filter(
        (cycle) => cycle.period.start <= state.at && isHeldBack(state, cycle),
      );
      return [{ for: 'resume', since: pause?.from ?? state.at, heldBack: due.length }];
    }
    case 'active':
    case 'past_due':
      if (through === null || state.at < through || through === endsAt(state)) return [];
      return [renewal(state, through)];
  }
}

function firstPayment({ checkout }: SubscriptionState): Waiting {
  return checkout === null
    ? { for: 'first_invoice' }
    : { for: 'checkout', sessionId: checkout.sessionId, until: checkout.expiresAt };
}

function renewal(state: SubscriptionState, since: Instant): Waiting {
  const end = graceEnd(state, since);
  const failed = state.failedPeriodStart !== null && state.failedPeriodStart >= since;
  return {
    for: 'renewal',
    since,
    graceEnd: end,
    standing: failed ? 'failed' : standingOf(state, since, end),
    isAtStripe: state.stripeSubscriptionId !== null,
  };
}

function standingOf(
  state: SubscriptionState,
  since: Instant,
  end: Instant,
): 'in_grace' | 'in_flight' | 'grace_over' {
  if (isInFlight(state, since)) return 'in_flight';
  return state.at < end ? 'in_grace' : 'grace_over';
}
