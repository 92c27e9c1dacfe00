import { epochMsOf, type Instant } from '../domain/instants';
import {
  differencesOf,
  viewOf,
  wordsOfDifference,
  whyItWaits,
  withheldCredits,
  type SubscriptionState,
  type Waiting,
} from '../domain/subscription';
import { wordsOfDuplicate } from '../domain/subscription/duplicate';
import { planNameOf } from '../domain/subscription/plan-names';
import { linesOfCancelRequest, type CancelRequest } from './cancel-request';
import { stripesOwn } from './stripes-own';

/**
 * The operator's card in the Web UI: where the subscription stands, why it waits, and the update that mends it
 * (docs/runbook.md). `nextLookAt`: when it is read at Stripe again by itself, null when there is no need.
 */
export function subscriptionCard(
  state: SubscriptionState,
  nextLookAt: Instant | null,
  cancelRequest: CancelRequest | null,
): string {
  const { status, plan, pendingPlan, nextGrant, paidThrough, cancelAt } = viewOf(state);
  const nameOf = (id: typeof plan) => planNameOf(state.planNames, id);
  const { stripeSubscriptionId } = state;
  const atStripe = stripeSubscriptionId === null ? 'not at Stripe' : stripesOwn(stripeSubscriptionId);
  const withheld = withheldCredits(state);
  const reasons = whyItWaits(state);
  const lines = [
    `**${nameOf(plan)}** by the ${state.interval} for ${state.customerId} (${atStripe}): **${status}**`,
    ...linesOfCancelRequest(cancelRequest, INSTEAD),
    ...differencesOf(state).map((difference) => `**Look** ${wordsOfDifference(state, difference)}`),
    ...reasons.map((waiting) => `**Waits** ${wordsOf(waiting)}`),
    ...(nextLookAt === null || (reasons.length === 0 && state.duplicate === undefined)
      ? []
      : [`Reads Stripe again by itself at ${nextLookAt}.`]),
    ...(state.duplicate === undefined
      ? []
      : [`**Second subscription.** ${wordsOfDuplicate(state.duplicate)}`]),
    ...(status === 'canceled' && state.expired
      ? ['Its checkout ended unpaid. Money that comes all the same is taken in.']
      : []),
    ...monthOf(state),
    paidThrough === null ? 'Nothing is paid yet.' : `Paid through ${paidThrough}.`,
    ...givenAway(state),
    nextGrant === null
      ? 'No credits are to come.'
      : `Next grant: ${nextGrant.credits} credits at ${nextGrant.at}.`,
    ...(withheld === 0 ? [] : [`Money went back: ${withheld} credits of its months to come are withheld.`]),
    ...(pendingPlan === null ? [] : [`Becomes ${nameOf(pendingPlan)} when the paid time ends.`]),
    ...(cancelAt === null ? [] : [`${status === 'canceled' ? 'Ended' : 'Ends'} at ${cancelAt}.`]),
  ];
  return lines.join('\n\n');
}

const DAY_MS = 86_400_000;

const INSTEAD =
  'A subscription ends by the Update `cancel` with `{"when": "period_end"}` or `{"when": "now"}`, which ends it at Stripe too.';

const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth'];
const ENDINGS: Readonly<Record<number, string>> = { 1: 'st', 2: 'nd', 3: 'rd' };

/** The month of credits that runs, counted from the first payment or the latest upgrade. */
function monthOf(state: SubscriptionState): readonly string[] {
  const { currentPeriod, cycle, anchorAt } = viewOf(state);
  if (currentPeriod === null || cycle === null) return [];
  const ordinal = ORDINALS[cycle] ?? numeralOf(cycle + 1);
  const isCountedAnew = state.eras.length > 1 && anchorAt !== null;
  const since = isCountedAnew ? `, counted from ${anchorAt}` : '';
  const days = Math.round((epochMsOf(currentPeriod.end) - epochMsOf(currentPeriod.start)) / DAY_MS);
  return [
    `The ${ordinal} month${since}: ${currentPeriod.start} to ${currentPeriod.end}, ${String(days)} days.`,
  ];
}

/** `11th`, `21st`: as people write the numbers that have no word above. */
function numeralOf(count: number): string {
  const isTeen = count % 100 >= 11 && count % 100 <= 13;
  const ending = isTeen ? undefined : ENDINGS[count % 10];
  return `${String(count)}${ending ?? 'th'}`;
}

/** The time that nobody is charged for, while it runs. */
function givenAway({ waived, at }: SubscriptionState): readonly string[] {
  if (waived === null || at < waived.start || at >= waived.end) return [];
  return [`Goes on without a charge from ${waived.start} to ${waived.end}, and without a grant.`];
}

function wordsOf(waiting: Waiting): string {
  switch (waiting.for) {
    case 'checkout':
      return `for its first payment at ${stripesOwn(waiting.sessionId)}, open until ${waiting.until}. Paid and not seen: \`lookAgain\`.`;
    case 'first_invoice':
      return 'for its first invoice to be paid. Paid at Stripe and not seen: `lookAgain`. Paid outside Stripe: `recordPayment`.';
    case 'renewal':
      return `for its renewal of ${waiting.since} to be paid: ${standingOf(waiting)}. ${remedyOf(waiting)}`;
    case 'resume':
      return `since ${waiting.since}, for it is paused; ${waiting.heldBack} paid grants are kept for its end. \`resume\` ends the pause.`;
    case 'first_payment':
      return `with ${stripesOwn(waiting.paymentId)} for an earlier payment, from which its months are counted: \`lookAgain\`.`;
    case 'debit':
      return 'for a bank debit to end that was under way when it was stopped: it is granted if it succeeds, else its invoice is voided.';
    case 'stripe':
      return 'for Stripe to carry out a command: the pending activity says what its last attempt came to.';
  }
}

function standingOf({ standing, graceEnd }: Extract<Waiting, { for: 'renewal' }>): string {
  switch (standing) {
    case 'in_flight':
      return 'the payment is under way, as a bank debit is for days';
    case 'in_grace':
      return `past due from ${graceEnd}`;
    case 'failed':
      return 'Stripe says that the payment failed';
    case 'grace_over':
      return `nothing was heard of it by ${graceEnd}`;
  }
}

function remedyOf({ isAtStripe }: Extract<Waiting, { for: 'renewal' }>): string {
  const elsewhere = 'Paid outside Stripe: `recordPayment`.';
  return isAtStripe
    ? `Paid at Stripe and not seen: \`lookAgain\`. ${elsewhere}`
    : `Not at Stripe. ${elsewhere}`;
}
