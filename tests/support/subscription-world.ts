import type { Interval } from '../../src/domain/catalog/catalog';
import { credits } from '../../src/domain/credits';
import { parseDuration } from '../../src/domain/durations';
import type { Instant } from '../../src/domain/instants';
import { eraOf, paidCycles, type PaidInterval } from '../../src/domain/subscriptions/paid-cycles';
import type { Withdrawal } from '../../src/domain/payments/refunds';
import {
  nextChangeAt,
  openSubscription,
  step,
  type GrantEffect,
  type SubscriptionCommand,
  type SubscriptionEffects,
  type SubscriptionState,
  type SubscriptionStep,
} from '../../src/domain/subscriptions/subscription';
import type { SoldGrant } from '../../src/domain/subscriptions/plan-grants';
import type { PlanTerms } from '../../src/domain/subscriptions/plan-terms';
import { actAtStripe, callStripeModel, nextAtStripe, startStripe, type StripeModel } from './stripe-model';
import { at, opening, TERMS, usd } from './subscription-play';

/**
 * A wallet as the ledger keeps it: inflows repay what is owed first, a clawback of what is not there is owed, and a grant with a limit
 * brings what is left of it up to that. A spend takes from the wallet and not from its lots, so that more of them is left than the
 * ledger would find: limits hold back more.
 */
interface Wallet {
  available: number;
  captured: number;
  owed: number;
  /** Granted once for ever, paid for by nobody. */
  given: number;
  /** Granted and not taken back, by payment. */
  readonly net: Map<string, number>;
  readonly keys: Set<string>;
  /** What grants with a limit have brought, by grant. */
  readonly left: Map<string, number>;
  /** Granted in full or not: what the machine has ordered, by grant and cycle. */
  readonly costs: Map<string, number>;
}

/** One customer, the machine, the money and the credits, moved by hand. */
export interface World {
  state: SubscriptionState;
  readonly stripe: StripeModel;
  readonly wallet: Wallet;
  readonly withdrawals: Map<string, Withdrawal & { readonly payment: PaidInterval }>;
  /** Every input that the machine was given. */
  readonly heard: SubscriptionStep[];
}

function yearly(plans: readonly PlanTerms[]): readonly PlanTerms[] {
  return plans.map((terms) => ({
    ...terms,
    price: terms.price === null ? null : usd(terms.price.amountMinor * 10 + 1),
  }));
}

export function newWallet(): Wallet {
  return {
    available: 0,
    captured: 0,
    owed: 0,
    given: 0,
    net: new Map(),
    keys: new Set(),
    left: new Map(),
    costs: new Map(),
  };
}

const ONCE = [{ id: 'bonus', credits: credits(70), expires: null, upTo: null }];

/** The same plans with grants that end, have a limit, or come once. */
export const SEVERAL: readonly PlanTerms[] = TERMS.map((terms) => ({
  ...terms,
  ...(terms.price === null ? {} : { grants: severalOf(terms.credits), once: ONCE }),
}));

function severalOf(sum: number): readonly SoldGrant[] {
  const part = Math.floor(sum / 3);
  return [
    { id: 'monthly', credits: credits(part), expires: null, upTo: null },
    { id: 'fresh', credits: credits(part), expires: parseDuration('P20D') ?? null, upTo: null },
    { id: 'capped', credits: credits(sum - 2 * part), expires: null, upTo: credits(sum) },
  ];
}

/** A subscription to Standard that was paid on the last day of January. */
export function newWorld(interval: Interval, plans: readonly PlanTerms[] = TERMS): World {
  const start = at('2027-01-31T12:00:00Z');
  const terms = interval === 'month' ? plans : yearly(plans);
  const state = openSubscription({ ...opening(), interval, at: start });
  const stripe = startStripe({ at: start, plan: 'standard', interval }, terms);
  const world = { state, stripe, wallet: newWallet(), withdrawals: new Map(), heard: [] };
  tell(world);
  return world;
}

/** Gives the machine an input and the ledger what comes of it. */
export function hear(world: World, input: SubscriptionStep): SubscriptionEffects {
  const { state, effects } = step(world.state, input);
  world.state = state;
  world.heard.push(input);
  applyTo(world.wallet, effects);
  return effects;
}

/** Tells the machine the news, in the order of `pick`; what is left over stays untold. */
export function tell(
  world: World,
  pick: (news: number) => readonly number[] = (news) => [...Array(news).keys()],
): void {
  const { news } = world.stripe;
  const chosen = pick(news.length);
  for (const index of chosen) {
    const fact = news[index];
    if (fact !== undefined) hear(world, { ...fact, at: world.stripe.at });
  }
  const left = news.filter((_, index) => !chosen.includes(index));
  news.splice(0, news.length, ...left);
}

/** Lets time pass for Stripe and for the machine's own timers. */
export function passTo(world: World, until: Instant): void {
  for (;;) {
    const next = [nextAtStripe(world.stripe), nextChangeAt(world.state)]
      .filter((instant) => instant !== null)
      .sort()[0];
    if (next === undefined || next > until) break;
    actAtStripe(world.stripe, next > world.stripe.at ? next : world.stripe.at);
    hear(world, { type: 'instant', at: world.stripe.at });
  }
  world.stripe.at = until;
  hear(world, { type: 'instant', at: until });
}

/** Gives a command as the workflow does: calls, the invoice they paid, the outcome. */
export function command(world: World, wish: SubscriptionCommand): void {
  const { commandId, at: instant } = wish;
  const effects = hear(world, wish);
  if (effects.answer !== null) return;
  const untold = world.stripe.news.length;
  for (const call of effects.calls) {
    const answer = callStripeModel(world.stripe, call);
    if (answer === 'done') continue;
    const code = answer === 'refused' ? 'state_conflict' : answer;
    hear(world, { type: 'command_failed', at: instant, commandId, code, message: answer });
    return;
  }
  tell(world, (news) => [...Array(news).keys()].slice(untold));
  hear(world, { type: 'command_done', at: instant, commandId });
}

/** Money goes back, or comes back; the machine hears of it later, with the other news. */
export function withdraw(world: World, payment: PaidInterval, withdrawal: Withdrawal): void {
  world.withdrawals.set(withdrawal.id, { ...withdrawal, payment });
  const { at: instant, news } = world.stripe;
  news.push({ type: 'withdrawal', at: instant, payment, stripeSubscriptionId: 'sub_stripe', withdrawal });
}

/** All credits that a payment entitles to. */
export function totalOf(state: SubscriptionState, payment: PaidInterval): number {
  const era = eraOf(payment, state.eras);
  return era === undefined ? 0 : paidCycles(payment, era).length * payment.creditsPerCycle;
}

/** What the ledger does with the effects; a key that was seen does nothing. */
export function applyTo(wallet: Wallet, { grants, clawbacks, restores }: SubscriptionEffects): void {
  const isNew = ({ key }: { readonly key: string }): boolean =>
    !wallet.keys.has(key) && !!wallet.keys.add(key);
  for (const grant of grants.filter(isNew)) {
    const { key, paymentId, cost } = grant;
    wallet.costs.set(key, cost.amountMinor);
    bring(wallet, paymentId, broughtBy(wallet, grant));
  }
  for (const { paymentId, credits: amount } of restores.filter(isNew)) bring(wallet, paymentId, amount);
  for (const { paymentId, credits: asked } of clawbacks.filter(isNew)) {
    const net = wallet.net.get(paymentId) ?? 0;
    const amount = Math.min(asked, net);
    const taken = Math.min(wallet.available, amount);
    wallet.available -= taken;
    wallet.owed += amount - taken;
    wallet.net.set(paymentId, net - amount);
  }
}

function broughtBy(wallet: Wallet, { grant, credits: amount, upTo }: GrantEffect): number {
  if (grant === undefined) return amount;
  const left = wallet.left.get(grant) ?? 0;
  const brought = upTo === undefined ? amount : Math.min(amount, Math.max(0, upTo - left));
  wallet.left.set(grant, left + brought);
  return brought;
}

function bring(wallet: Wallet, paymentId: string | null, amount: number): void {
  const repaid = Math.min(wallet.owed, amount);
  wallet.owed -= repaid;
  wallet.available += amount - repaid;
  if (paymentId === null) wallet.given += amount;
  else wallet.net.set(paymentId, (wallet.net.get(paymentId) ?? 0) + amount);
}
