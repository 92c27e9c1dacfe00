import { cycleIndexAt, cycleStart } from '../../src/domain/billing-calendar';
import type { Interval, PlanId } from '../../src/domain/catalog/catalog';
import { CYCLES_PER_INTERVAL } from '../../src/domain/subscriptions/contract';
import type { Instant } from '../../src/domain/instants';
import type { PaidInterval } from '../../src/domain/subscriptions/paid-cycles';
import type { StripeCall, SubscriptionFact } from '../../src/domain/subscriptions/subscription';
import { soldCycle } from '../../src/domain/subscriptions/plan-grants';
import type { PlanTerms } from '../../src/domain/subscriptions/plan-terms';
import { DAY, plus } from './subscription-play';

/** How often a renewal is tried before the subscription is ended, three days apart. */
const TRIES_MAX = 4;

/**
 * The smallest Stripe that the machine can be played against: it takes money at every renewal of one subscription, tries
 * failed payments again, ends after the last, and tells what happened. No server: the simulator is another thing.
 */
export interface StripeModel {
  at: Instant;
  readonly interval: Interval;
  readonly terms: readonly PlanTerms[];
  status: 'active' | 'paused' | 'ended';
  plan: PlanId;
  anchorAt: Instant;
  periodEnd: Instant;
  cancelAt: Instant | null;
  cardWorks: boolean;
  open: {
    readonly plan: PlanId;
    readonly start: Instant;
    readonly tries: number;
    readonly retryAt: Instant;
  } | null;
  readonly payments: PaidInterval[];
  /** What happened and was not told yet. */
  readonly news: SubscriptionFact[];
}

/** A subscription whose first payment is made. */
export function startStripe(
  first: { readonly at: Instant; readonly plan: PlanId; readonly interval: Interval },
  terms: readonly PlanTerms[],
): StripeModel {
  const stripe: StripeModel = {
    ...first,
    terms,
    status: 'active',
    anchorAt: first.at,
    periodEnd: first.at,
    cancelAt: null,
    cardWorks: true,
    open: null,
    payments: [],
    news: [],
  };
  beginEra(stripe);
  return stripe;
}

/** When Stripe does something by itself next; null when never. */
export function nextAtStripe({ status, cancelAt, open, periodEnd }: StripeModel): Instant | null {
  if (status === 'ended') return null;
  const instants = [cancelAt, open?.retryAt ?? null, status === 'active' ? periodEnd : null];
  return instants.filter((instant) => instant !== null).sort()[0] ?? null;
}

/** Does what is due at `at`. */
export function actAtStripe(stripe: StripeModel, at: Instant): void {
  stripe.at = at;
  if (stripe.cancelAt !== null && stripe.cancelAt <= at) end(stripe, 'cancellation_requested');
  else if (stripe.open !== null && stripe.open.retryAt <= at) retry(stripe);
  else if (stripe.status === 'active' && stripe.periodEnd <= at) renew(stripe);
}

/** What came of a call: `refused` when the state of the subscription does not allow it. */
type ModelAnswer = 'done' | 'payment_failed' | 'refused';

/** What can still be asked when the subscription has ended. */
const WHEN_ENDED: readonly StripeCall['type'][] = [
  'void_open_invoices',
  'cancel_now',
  'expire_checkout',
  'pay_out_of_band',
];

/** Carries out a call. */
export function callStripeModel(stripe: StripeModel, call: StripeCall): ModelAnswer {
  if (stripe.status === 'ended' && !WHEN_ENDED.includes(call.type)) return 'refused';
  switch (call.type) {
    case 'upgrade':
      if (!stripe.cardWorks) return 'payment_failed';
      stripe.plan = call.plan;
      beginEra(stripe);
      return 'done';
    case 'change_price':
      stripe.plan = call.plan;
      return 'done';
    case 'void_open_invoices':
      if (stripe.open !== null)
        stripe.news.push({ type: 'invoice_voided', at: stripe.at, periodStart: stripe.open.start });
      stripe.open = null;
      return 'done';
    case 'schedule_cancel':
      stripe.cancelAt = call.cancelAt;
      return 'done';
    case 'unschedule_cancel':
      stripe.cancelAt = null;
      return 'done';
    case 'cancel_now':
      end(stripe, 'cancellation_requested');
      return 'done';
    case 'pause':
      stripe.status = 'paused';
      return 'done';
    case 'resume':
      if (call.anchor === 'now' && !stripe.cardWorks) return 'payment_failed';
      if (stripe.status === 'paused') stripe.status = 'active';
      if (call.anchor === 'now') beginEra(stripe);
      return 'done';
    case 'expire_checkout':
    case 'pay_out_of_band':
      return 'done';
  }
}

function beginEra(stripe: StripeModel): void {
  stripe.anchorAt = stripe.at;
  stripe.periodEnd = intervalEnd(stripe, stripe.at);
  pay(stripe, { plan: stripe.plan, start: stripe.at, beginsEra: true });
}

function renew(stripe: StripeModel): void {
  const start = stripe.periodEnd;
  stripe.periodEnd = intervalEnd(stripe, start);
  stripe.open = { plan: stripe.plan, start, tries: 0, retryAt: stripe.at };
  retry(stripe);
}

function retry(stripe: StripeModel): void {
  if (stripe.open === null) return;
  const { plan, start, tries } = stripe.open;
  if (stripe.cardWorks) {
    stripe.open = null;
    pay(stripe, { plan, start, beginsEra: false });
    return;
  }
  stripe.news.push({ type: 'payment_failed', at: stripe.at, periodStart: start });
  stripe.open = { plan, start, tries: tries + 1, retryAt: plus(stripe.at, 3 * DAY) };
  if (tries + 1 >= TRIES_MAX) end(stripe, 'payment_failed');
}

function pay(
  stripe: StripeModel,
  { plan, start, beginsEra }: Pick<PaidInterval, 'plan' | 'start' | 'beginsEra'>,
): void {
  const terms = stripe.terms.find((one) => one.plan === plan);
  const price = terms?.price ?? null;
  if (terms === undefined || price === null) throw new Error(`${plan} has no price`);
  const payment: PaidInterval = {
    paymentId: `in_${String(stripe.payments.length)}`,
    plan,
    start,
    end: intervalEnd(stripe, start),
    ...soldCycle(terms),
    paid: price,
    paidAt: stripe.at,
    beginsEra,
  };
  stripe.payments.push(payment);
  stripe.news.push({ type: 'paid', at: stripe.at, payment, stripeSubscriptionId: 'sub_stripe' });
}

function end(stripe: StripeModel, endReason: string): void {
  if (stripe.status === 'ended') return;
  stripe.status = 'ended';
  stripe.open = null;
  stripe.news.push({
    type: 'subscription_changed',
    at: stripe.at,
    cancelAt: null,
    endedAt: stripe.at,
    endReason,
  });
}

function intervalEnd({ anchorAt, interval }: StripeModel, start: Instant): Instant {
  return cycleStart(anchorAt, cycleIndexAt(anchorAt, start) + CYCLES_PER_INTERVAL[interval]);
}
