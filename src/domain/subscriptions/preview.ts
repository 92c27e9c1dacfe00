import { cycleStart } from '../billing-calendar';
import type { Money, PlanId } from '../catalog/catalog';
import { credits, type Credits } from '../credits';
import type { Instant, Period } from '../instants';
import { refused, type Refused } from '../refusal';
import { CYCLES_PER_INTERVAL } from './contract';
import type { SubscriptionEffects } from './effects';
import type { SubscriptionCommand, SubscriptionStep } from './inputs';
import type { PaidInterval } from './paid-cycles';
import { soldCycle } from './plan-grants';
import type { PlanTerms } from './plan-terms';
import { planAt } from './rights';
import type { SubscriptionState } from './state';
import { step } from './subscription';
import { viewOf, type SubscriptionView } from './view';

/** What a command would do if it was sent now and its payment, if it needs one, succeeded. */
export interface Preview {
  /** When plan and rights change. */
  readonly effectiveAt: Instant;
  /** At once; null when nothing is charged. */
  readonly charged: Money | null;
  /** At once. */
  readonly granted: Credits;
  readonly lost: {
    /** A command never loses credits: remaining credits stay, and paid cycles are still granted. */
    readonly credits: Credits;
    /** Paid time that is given up without a refund; null when there is none. */
    readonly paidTime: Period | null;
  };
  /** The plans whose rights apply before and after `effectiveAt`; null: the catalog's default plan. */
  readonly planBefore: PlanId | null;
  readonly planAfter: PlanId | null;
  readonly nextGrant: SubscriptionView['nextGrant'];
  /** The next renewal; null when there will be none. */
  readonly nextCharge: { readonly at: Instant; readonly price: Money } | null;
}

export type PreviewAnswer = { readonly outcome: 'possible'; readonly preview: Preview } | Refused;

/**
 * Lets a copy of the machine carry out the command and reports the result, so that a preview cannot differ from the command.
 * `terms` are those of the catalog version that the next renewal goes by. Changes nothing.
 */
export function previewOf(
  state: SubscriptionState,
  command: SubscriptionCommand,
  terms: readonly PlanTerms[],
): PreviewAnswer {
  const before = step({ ...state, command: null }, { type: 'instant', at: command.at }).state;
  const asked = step(before, command);
  const { answer, calls } = asked.effects;
  if (answer?.outcome === 'refused') return refused(answer);
  const isCharged = calls.some(
    (call) => call.type === 'upgrade' || (call.type === 'resume' && call.anchor === 'now'),
  );
  const payment = isCharged ? assumedPayment(before, command, terms) : undefined;
  const { at, commandId } = command;
  const steps: SubscriptionStep[] = [
    ...(payment === undefined ? [] : [{ type: 'paid', at, payment, stripeSubscriptionId: null } as const]),
    { type: 'command_done', at, commandId },
  ];
  const carried = play(asked.state, steps);
  const preview = compare(before, carried.state, command);
  const granted = [asked.effects, ...carried.effects].reduce((sum, effects) => sum + netOf(effects), 0);
  return {
    outcome: 'possible',
    preview: {
      ...preview,
      charged: payment?.paid ?? null,
      granted: credits(granted),
      nextCharge: nextChargeOf(carried.state, terms),
    },
  };
}

function play(from: SubscriptionState, steps: readonly SubscriptionStep[]) {
  const effects: SubscriptionEffects[] = [];
  let state = from;
  for (const input of steps) {
    const next = step(state, input);
    state = next.state;
    effects.push(next.effects);
  }
  return { state, effects };
}

function compare(
  before: SubscriptionState,
  after: SubscriptionState,
  { at, type }: SubscriptionCommand,
): Omit<Preview, 'charged' | 'granted' | 'nextCharge'> {
  const [was, is] = [viewOf(before), viewOf(after)];
  const changesLater = is.pendingPlan !== null || type === 'migrate';
  // A contract ends with its term, whatever the command.
  const ends = type === 'cancel' ? is.cancelAt : null;
  const changesAt = ends ?? (changesLater ? is.paidThrough : null) ?? at;
  const effectiveAt = changesAt > at ? changesAt : at;
  const isGivenUp = is.status === 'canceled' || is.era !== was.era;
  const paidTime =
    isGivenUp && was.paidThrough !== null && at < was.paidThrough
      ? { start: at, end: was.paidThrough }
      : null;
  return {
    effectiveAt,
    lost: { credits: credits(0), paidTime },
    planBefore: planAt(was, at),
    planAfter: planAt(is, effectiveAt),
    nextGrant: is.nextGrant,
  };
}

/** What Stripe will have been paid for the period that the command begins. */
function assumedPayment(
  state: SubscriptionState,
  command: SubscriptionCommand,
  terms: readonly PlanTerms[],
): PaidInterval | undefined {
  const plan = command.type === 'change_plan' ? command.plan : state.plan;
  const found = terms.find((one) => one.plan === plan);
  if (found === undefined || found.price === null) return undefined;
  const { at } = command;
  return {
    paymentId: 'preview',
    plan,
    start: at,
    end: cycleStart(at, CYCLES_PER_INTERVAL[state.interval]),
    ...soldCycle(found),
    paid: found.price,
    paidAt: at,
    beginsEra: true,
  };
}

function netOf({ grants, clawbacks }: SubscriptionEffects): number {
  const sum = (effects: readonly { readonly credits: Credits }[]): number =>
    effects.reduce((total, effect) => total + effect.credits, 0);
  return sum(grants) - sum(clawbacks);
}

function nextChargeOf(state: SubscriptionState, terms: readonly PlanTerms[]): Preview['nextCharge'] {
  const { status, paidThrough, cancelAt } = viewOf(state);
  const price = state.contract?.price ?? terms.find((one) => one.plan === state.plan)?.price ?? null;
  const goesOn = (status === 'active' || status === 'past_due') && paidThrough !== null && price !== null;
  return goesOn && (cancelAt === null || paidThrough < cancelAt) ? { at: paidThrough, price } : null;
}
