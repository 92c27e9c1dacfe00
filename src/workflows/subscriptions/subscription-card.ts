import { epochMsOf, type Instant } from '../../domain/instants';
import { wordsOfDuplicate } from '../../domain/subscriptions/duplicate';
import { planNameOf } from '../../domain/subscriptions/plan-names';
import {
  differencesOf,
  viewOf,
  wordsOfDifference,
  whyItWaits,
  withheldCredits,
  type SubscriptionState,
  type Waiting,
} from '../../domain/subscriptions/subscription';
import { linesOfCancelRequest, type CancelRequest } from '../cancel-request';
import { stripesOwn } from '../payments/stripes-own';

/**
 * The operator's card in the Web UI: the subscription's status, why it waits, and the update that helps (docs/runbook.md).
 * `nextLookAt`: when it is next read at Stripe without a request, null when there is no need.
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
      ? ['Its checkout ended unpaid. A later payment is still accepted.']
      : []),
    ...monthOf(state),
    paidThrough === null ? 'Nothing is paid yet.' : `Paid through ${paidThrough}.`,
    ...givenAway(state),
    nextGrant === null
      ? 'No more credits are due.'
      : `Next grant: ${nextGrant.credits} credits at ${nextGrant.at}.`,
    ...(withheld === 0 ? [] : [`Money went back: ${withheld} credits of future months are withheld.`]),
    ...(pendingPlan === null ? [] : [`Becomes ${nameOf(pendingPlan)} when the paid time ends.`]),
    ...(cancelAt === null ? [] : [`${status === 'canceled' ? 'Ended' : 'Ends'} at ${cancelAt}.`]),
  ];
  return lines.join('\n\n');
}

const DAY_MS = 86_400_000;

const INSTEAD =
  'To end the subscription, send the Update `cancel` with `{"when": "period_end"}` or `{"when": "now"}`, which also ends it at Stripe.';

/** The current month of credits, counted from the first payment or the latest upgrade. */
function monthOf(state: SubscriptionState): readonly string[] {
  const { currentPeriod, cycle, anchorAt } = viewOf(state);
  if (currentPeriod === null || cycle === null) return [];
  const isCountedAnew = state.eras.length > 1 && anchorAt !== null;
  const since = isCountedAnew ? `, counted from ${anchorAt}` : '';
  const days = Math.round((epochMsOf(currentPeriod.end) - epochMsOf(currentPeriod.start)) / DAY_MS);
  return [
    `The ${ordinalOf(cycle + 1)} month${since}: ${currentPeriod.start} to ${currentPeriod.end}, ${String(days)} days.`,
  ];
}

const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth'];
const SUFFIXES = ['th', 'st', 'nd', 'rd'];

/** `first`, and from `7th` on in digits. */
function ordinalOf(count: number): string {
  const isTeen = count % 100 > 10 && count % 100 < 14;
  const suffix = (isTeen ? undefined : SUFFIXES[count % 10]) ?? 'th';
  return ORDINALS[count - 1] ?? `${String(count)}${suffix}`;
}

/** The waived time, while it runs. */
function givenAway({ waived, at }: SubscriptionState): readonly string[] {
  if (waived === null || at < waived.start || at >= waived.end) return [];
  return [`Goes on without a charge from ${waived.start} to ${waived.end}, and without a grant.`];
}

function wordsOf(waiting: Waiting): string {
  switch (waiting.for) {
    case 'checkout':
      return `for its first payment at ${stripesOwn(waiting.sessionId)}, open until ${waiting.until}. If it is paid but not seen here: \`lookAgain\`.`;
    case 'first_invoice':
      return 'for its first invoice to be paid. If it is paid at Stripe but not seen here: `lookAgain`. If it was paid outside Stripe: `recordPayment`.';
    case 'renewal':
      return `for its renewal of ${waiting.since} to be paid: ${standingOf(waiting)}. ${remedyOf(waiting)}`;
    case 'resume':
      return `since ${waiting.since}, for it is paused; ${waiting.heldBack} paid grants are kept until it is resumed. \`resume\` ends the pause.`;
    case 'first_payment':
      return `with ${stripesOwn(waiting.paymentId)} for an earlier payment, from which its months are counted: \`lookAgain\`.`;
    case 'debit':
      return 'for a bank debit to end that was under way when it was stopped: if it succeeds, its credits are granted; otherwise its invoice is voided.';
    case 'stripe':
      return 'for Stripe to carry out a command: the pending activity shows its last failure.';
  }
}

function standingOf({ standing, graceEnd }: Extract<Waiting, { for: 'renewal' }>): string {
  switch (standing) {
    case 'in_flight':
      return 'the payment is under way (a bank debit takes days)';
    case 'in_grace':
      return `past due from ${graceEnd}`;
    case 'failed':
      return 'Stripe says that the payment failed';
    case 'grace_over':
      return `nothing was heard of it by ${graceEnd}`;
  }
}

function remedyOf({ isAtStripe }: Extract<Waiting, { for: 'renewal' }>): string {
  const elsewhere = 'If it was paid outside Stripe: `recordPayment`.';
  return isAtStripe
    ? `If it is paid at Stripe but not seen here: \`lookAgain\`. ${elsewhere}`
    : `Not at Stripe. ${elsewhere}`;
}
