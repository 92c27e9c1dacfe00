import { takeCommand, takeOutcome, type Carried } from './carry-out';
import { grantDue, prune } from './due-cycles';
import type { SubscriptionEffects } from './effects';
import { takeFact } from './facts';
import type { SubscriptionStep } from './inputs';
import type { SubscriptionState } from './state';
import { viewOf } from './view';
import { takeBack } from './withdrawals';

/*
 * The life of a subscription as a pure state machine: inputs in, state and effects out. It knows neither Temporal nor Stripe,
 * so the same rules run in property tests, in the simulation and in the workflow.
 *
 * Paid intervals drive grants. Whatever takes the money only adds a paid interval; cycle k of an era is due at its anchor
 * plus k months and is granted once, if its start lies in a paid interval. Facts may come twice, late, and in any order.
 * A command lists its calls to Stripe and takes effect when they are done.
 */

export type { AnsweredCommand, GrantEffect, StripeCall, SubscriptionEffects } from './effects';
export type { SubscriptionCommand, SubscriptionFact, SubscriptionStep } from './inputs';
export { differencesOf, wordsOfDifference } from './differences';
export { openSubscription, readSubscriptionState, type SubscriptionState } from './state';
export { coveredThroughOf } from './timeline';
export { callsAtTermEnd, callsWhileRecorded, callsWhileUnvoided } from './invoiced-at-stripe';
export { readerOf, type Reader } from './reader';
export { isFinished, nextChangeAt, viewOf, type SubscriptionView } from './view';
export { whyItWaits, withheldCredits, type Waiting } from './waiting';

/**
 * Takes in one input and answers the new state and the effects. A grant is never given twice and never without a paid
 * interval, whatever the inputs and their order; the credits that remain granted depend only on the payments, on the money
 * that went back, and on the latest instant. Pure.
 */
export function step(
  state: SubscriptionState,
  input: SubscriptionStep,
): { readonly state: SubscriptionState; readonly effects: SubscriptionEffects } {
  const carried = takeIn({ ...state, at: input.at > state.at ? input.at : state.at }, input);
  const first = grantDue(carried.state);
  const back =
    input.type === 'withdrawal' && state.duplicate === undefined ? takeBack(first.state, input) : null;
  // Withheld credits that are given back may already be due.
  const second = back === null ? null : grantDue(back.state);
  const after = prune(second?.state ?? first.state);
  return {
    state: differ(state, after) ? { ...after, revision: state.revision + 1 } : after,
    effects: {
      grants: [...first.grants, ...(second?.grants ?? [])],
      clawbacks: [...first.clawbacks, ...(back?.outcome.clawbacks ?? []), ...(second?.clawbacks ?? [])],
      restores: back?.outcome.restores ?? [],
      calls: carried.calls,
      answer: carried.answer,
    },
  };
}

function takeIn(state: SubscriptionState, input: SubscriptionStep): Carried {
  switch (input.type) {
    case 'change_plan':
    case 'cancel':
    case 'resume':
    case 'pause':
    case 'record_payment':
    case 'migrate':
      return takeCommand(state, input);
    case 'command_done':
    case 'command_failed':
      return takeOutcome(state, input);
    case 'instant':
    case 'paid':
    case 'payment_failed':
    case 'payment_pending':
    case 'invoice_voided':
    case 'all_voided':
    case 'checkout_expired':
    case 'duplicate':
    case 'subscription_changed':
    case 'withdrawal':
      return { state: takeFact(state, input), calls: [], answer: null };
  }
}

/** Whether anything but the instant has changed, or the view at that instant. */
function differ(before: SubscriptionState, after: SubscriptionState): boolean {
  const keys = Object.keys(after) as (keyof SubscriptionState)[];
  return (
    keys.some((key) => key !== 'at' && !isSame(before[key], after[key])) ||
    !isSame(viewOf(before), viewOf(after))
  );
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
