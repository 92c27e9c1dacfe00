import { cycleStart } from '../../src/domain/billing-calendar';
import { credits } from '../../src/domain/credits';
import { parseInstant, plusMs, type Instant } from '../../src/domain/instants';
import type { PaidInterval } from '../../src/domain/subscriptions/paid-cycles';
import type { ClawbackEffect, RestoreEffect } from '../../src/domain/payments/withdrawal-parts';
import {
  openSubscription,
  step,
  type AnsweredCommand,
  type GrantEffect,
  type StripeCall,
  type SubscriptionState,
  type SubscriptionStep,
} from '../../src/domain/subscriptions/subscription';
import type { PlanTerms } from '../../src/domain/subscriptions/plan-terms';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** The default catalog's plans by the month. */
export const TERMS: readonly PlanTerms[] = [
  { plan: 'free', name: 'Free', rank: 0, byContract: false, credits: credits(10), price: null },
  {
    plan: 'standard',
    name: 'Standard',
    rank: 1,
    byContract: false,
    credits: credits(500),
    price: usd(2_500),
  },
  { plan: 'pro', name: 'Pro', rank: 2, byContract: false, credits: credits(1_000), price: usd(4_500) },
  { plan: 'custom', name: 'Custom', rank: 3, byContract: true, credits: credits(5_000), price: null },
];

/** Everything that came of a sequence of inputs. */
interface Played {
  readonly state: SubscriptionState;
  readonly grants: readonly GrantEffect[];
  readonly clawbacks: readonly ClawbackEffect[];
  readonly restores: readonly RestoreEffect[];
  readonly calls: readonly StripeCall[];
  readonly answers: readonly AnsweredCommand[];
}

/** Feeds inputs to the machine, one after the other. */
export function play(steps: readonly SubscriptionStep[], from: SubscriptionState = opened()): Played {
  let state = from;
  const all = { grants: [], clawbacks: [], restores: [], calls: [], answers: [] } as {
    grants: GrantEffect[];
    clawbacks: ClawbackEffect[];
    restores: RestoreEffect[];
    calls: StripeCall[];
    answers: AnsweredCommand[];
  };
  for (const input of steps) {
    const { state: after, effects } = step(state, input);
    state = after;
    all.grants.push(...effects.grants);
    all.clawbacks.push(...effects.clawbacks);
    all.restores.push(...effects.restores);
    all.calls.push(...effects.calls);
    if (effects.answer !== null) all.answers.push(effects.answer);
  }
  return { state, ...all };
}

export function opening() {
  return {
    subscriptionId: 'sub_1',
    customerId: 'cus_1',
    plan: 'standard',
    interval: 'month',
    collection: 'checkout',
    catalogVersion: 'test',
    graceMs: 3 * HOUR,
    checkout: null,
  } as const;
}

export function opened(): SubscriptionState {
  return openSubscription({ ...opening(), at: at('2020-01-01T00:00:00Z') });
}

/** What a month of Standard entitles to, paid at its start. */
export function month(anchor: Instant, index: number, change: Partial<PaidInterval> = {}): PaidInterval {
  const start = cycleStart(anchor, index);
  return {
    paymentId: `in_${String(index)}`,
    plan: 'standard',
    start,
    end: cycleStart(anchor, index + 1),
    creditsPerCycle: credits(500),
    paid: usd(2_500),
    paidAt: start,
    beginsEra: index === 0,
    ...change,
  };
}

export function paid(payment: PaidInterval, heardAt: Instant = payment.paidAt): SubscriptionStep {
  return { type: 'paid', at: heardAt, payment, stripeSubscriptionId: 'sub_stripe' };
}

export function passes(instant: Instant): SubscriptionStep {
  return { type: 'instant', at: instant };
}

export function usd(amountMinor: number): { readonly amountMinor: number; readonly currency: string } {
  return { amountMinor, currency: 'usd' };
}

export function sortedByKey<T extends { readonly key: string }>(effects: readonly T[]): T[] {
  return [...effects].sort((a, b) => (a.key < b.key ? -1 : 1));
}

export function at(text: string): Instant {
  const instant = parseInstant(text);
  if (instant === undefined) throw new Error(text);
  return instant;
}

export function plus(instant: Instant, ms: number): Instant {
  return plusMs(instant, ms);
}

export function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
