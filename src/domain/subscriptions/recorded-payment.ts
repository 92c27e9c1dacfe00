import { cycleIndexAt, cycleStart } from '../billing-calendar';
import type { Money, PlanId } from '../catalog/catalog';
import type { Instant } from '../instants';
import { CYCLES_AHEAD_MAX, CYCLES_PER_INTERVAL, termEnd } from './contract';
import { accept, refuse, type Decision } from './decision';
import type { SubscriptionCommand } from './inputs';
import { coveredThrough, paidCycles, recordedPaymentId, type PaidInterval } from './paid-cycles';
import { soldCycle, type PlanGrants } from './plan-grants';
import type { SubscriptionState } from './state';
import { currentEra, paidThroughOf, statusOf } from './timeline';

type RecordPayment = Extract<SubscriptionCommand, { readonly type: 'record_payment' }>;

/**
 * A recorded payment covers the time from the end of the paid time, or from now when nothing is paid yet, up to the given
 * instant: as many cycles as start in between, at least one, each at its share of the plan's or the contract's price.
 */
export function decideRecordedPayment(state: SubscriptionState, command: RecordPayment): Decision {
  const { paidThrough } = command;
  const start = paidThroughOf(state) ?? state.at;
  const first = state.eras[0];
  const terms = termsOf(state, command);
  if (statusOf(state) === 'canceled') return refuse('state_conflict', 'The subscription has ended.');
  if (paidThrough <= start) return refuse('state_conflict', `It is paid through ${start} already.`);
  if (terms === undefined)
    return refuse('state_conflict', `The plan ${state.plan} has no price for a ${state.interval}.`);
  if (state.contract !== null && paidThrough > termEnd(state.contract, first?.anchorAt ?? start))
    return refuse('state_conflict', 'The contract ends before that.');
  if (isCharged(state) && (state.at < start || paidThrough > nextEnd(state, start)))
    return refuse(
      'state_conflict',
      'A card is charged for what comes: only the period that is due can be recorded.',
    );
  if (paidThrough > cycleStart(state.at, CYCLES_AHEAD_MAX))
    return refuse('state_conflict', `That is more than ${String(CYCLES_AHEAD_MAX)} months ahead.`);
  const payment = paymentOf(state, command, { ...terms, start });
  if (payment === undefined)
    return refuse(
      'state_conflict',
      `No month begins between ${start} and ${paidThrough}: nothing would be paid for.`,
    );
  const through = coveredThrough(payment, currentEra(state)?.anchorAt ?? start);
  return accept(state, { type: 'payment', payment }, { type: 'pay_out_of_band', through });
}

/** Whether Stripe charges every period automatically. */
function isCharged({ collection, stripeSubscriptionId }: SubscriptionState): boolean {
  return collection === 'checkout' && stripeSubscriptionId !== null;
}

/** The end of the period that is due from `start` on. */
function nextEnd(state: SubscriptionState, start: Instant): Instant {
  const anchorAt = currentEra(state)?.anchorAt ?? start;
  return cycleStart(anchorAt, cycleIndexAt(anchorAt, start) + CYCLES_PER_INTERVAL[state.interval]);
}

interface Terms {
  readonly plan: PlanId;
  readonly sold: PlanGrants;
  readonly price: Money;
}

function termsOf({ contract, plan }: SubscriptionState, { terms }: RecordPayment): Terms | undefined {
  const found = terms.find((one) => one.plan === plan);
  if (contract !== null) {
    const once = found?.once === undefined ? {} : { once: found.once };
    return { plan, sold: { credits: contract.credits, ...once }, price: contract.price };
  }
  if (found === undefined || found.price === null) return undefined;
  return { plan, sold: found, price: found.price };
}

function paymentOf(
  state: SubscriptionState,
  { reference, paidThrough }: RecordPayment,
  { start, plan, sold, price }: Terms & { readonly start: Instant },
): PaidInterval | undefined {
  const era = currentEra(state);
  const interval: PaidInterval = {
    paymentId: recordedPaymentId(state.subscriptionId, start, reference),
    plan,
    start,
    end: paidThrough,
    ...soldCycle(sold),
    paid: price,
    paidAt: state.at,
    beginsEra: era === undefined,
  };
  const cycles = paidCycles(interval, era ?? { number: 0, anchorAt: start, granted: [] }).length;
  if (cycles === 0) return undefined;
  const amountMinor = Math.floor((price.amountMinor * cycles) / CYCLES_PER_INTERVAL[state.interval]);
  return { ...interval, paid: { ...price, amountMinor } };
}
