import type { Credits } from '../credits';
import type { Instant } from '../instants';

/*
 * Automatic top-up as a pure machine: one purchase of packs at a time for each customer, when the available credits fall below
 * a threshold, up to a maximum a month. It stops after a failed payment, says why, and continues when it is turned on again.
 */

export interface AutoTopUpSetting {
  /** It buys when fewer credits than this are available. */
  readonly threshold: Credits;
  readonly pack: string;
  /** How many packs at a time. */
  readonly quantity: number;
  /** The most packs that it buys in one calendar month, in UTC. */
  readonly monthlyMaximum: number;
}

/** Why it stops: the card, or a pack that the customer's catalog no longer sells, or not as many of at a time. */
export const STOP_REASONS = [
  'declined',
  'authentication_required',
  'no_payment_method',
  'pack_not_sold',
] as const;
export type StopReason = (typeof STOP_REASONS)[number];

/** Plain JSON, of constant size. */
export interface AutoTopUpState {
  readonly schemaVersion: 1;
  readonly customerId: string;
  /** Null while it is switched off. */
  readonly setting: AutoTopUpSetting | null;
  readonly stopped: { readonly reason: StopReason; readonly at: Instant } | null;
  /** The purchase that is not known to have succeeded or failed. `pack` is absent in one from before there were several. */
  readonly pending: {
    readonly number: number;
    readonly pack?: string;
    readonly quantity: number;
    readonly month: string;
  } | null;
  /** How many packs were bought, or are being bought, in `month` (`2027-01`). */
  readonly month: string | null;
  readonly boughtInMonth: number;
  /** How many purchases were begun, ever; the number of one is part of its order's id. */
  readonly purchases: number;
}

export type AutoTopUpStep =
  /** Turns it on or changes it, which also ends a stop. */
  | { readonly type: 'set'; readonly setting: AutoTopUpSetting }
  | { readonly type: 'removed' }
  /** The available credits now; `mayBuy`: the plan may buy the pack, or nobody knows it. */
  | { readonly type: 'observed'; readonly at: Instant; readonly available: Credits; readonly mayBuy: boolean }
  | { readonly type: 'bought'; readonly number: number }
  | { readonly type: 'failed'; readonly at: Instant; readonly number: number; readonly reason: StopReason };

/** Why it does what it does. */
export type AutoTopUpReason =
  | 'off'
  | 'stopped'
  | 'purchase_in_progress'
  | 'not_a_subscriber'
  | 'enough_credits'
  | 'monthly_maximum_reached'
  | 'below_threshold';

export interface AutoTopUpEffects {
  /** The add-on order to create and to charge off session; its id and idempotency key come from customer and number. */
  readonly buy: { readonly number: number; readonly pack: string; readonly quantity: number } | null;
  readonly why: AutoTopUpReason | null;
  /** A notification for the customer; a failure is reported once. */
  readonly tell: 'bought' | 'stopped' | null;
}

const NOTHING: AutoTopUpEffects = { buy: null, why: null, tell: null };

/** Automatic top-up of a customer who has never turned it on. */
export function noAutoTopUp(customerId: string): AutoTopUpState {
  return {
    schemaVersion: 1,
    customerId,
    setting: null,
    stopped: null,
    pending: null,
    month: null,
    boughtInMonth: 0,
    purchases: 0,
  };
}

/**
 * Takes in one input. At most one purchase is in progress, and never more than the maximum is bought in a month, in whatever
 * order the inputs come; the outcome of a purchase counts once. Pure.
 */
export function stepAutoTopUp(
  state: AutoTopUpState,
  input: AutoTopUpStep,
): { readonly state: AutoTopUpState; readonly effects: AutoTopUpEffects } {
  switch (input.type) {
    case 'set':
      return { state: { ...state, setting: input.setting, stopped: null }, effects: NOTHING };
    case 'removed':
      return { state: { ...state, setting: null, stopped: null }, effects: NOTHING };
    case 'observed':
      return observe(state, input);
    case 'bought':
      if (state.pending?.number !== input.number) return { state, effects: NOTHING };
      return { state: { ...state, pending: null }, effects: { ...NOTHING, tell: 'bought' } };
    case 'failed':
      return fail(state, input);
  }
}

/** Why it would or would not buy now. */
export function decideAutoTopUp(
  state: AutoTopUpState,
  { at, available, mayBuy }: Omit<Extract<AutoTopUpStep, { readonly type: 'observed' }>, 'type'>,
): AutoTopUpReason {
  const { setting } = state;
  if (setting === null) return 'off';
  if (state.stopped !== null) return 'stopped';
  if (state.pending !== null) return 'purchase_in_progress';
  if (!mayBuy) return 'not_a_subscriber';
  if (available >= setting.threshold) return 'enough_credits';
  const bought = state.month === monthOf(at) ? state.boughtInMonth : 0;
  return bought + setting.quantity > setting.monthlyMaximum ? 'monthly_maximum_reached' : 'below_threshold';
}

function observe(state: AutoTopUpState, input: Extract<AutoTopUpStep, { readonly type: 'observed' }>) {
  const why = decideAutoTopUp(state, input);
  const { setting } = state;
  if (setting === null || why !== 'below_threshold') return { state, effects: { ...NOTHING, why } };
  const month = monthOf(input.at);
  const { pack, quantity } = setting;
  const number = state.purchases + 1;
  const after: AutoTopUpState = {
    ...state,
    month,
    boughtInMonth: (state.month === month ? state.boughtInMonth : 0) + quantity,
    pending: { number, pack, quantity, month },
    purchases: number,
  };
  return { state: after, effects: { ...NOTHING, buy: { number, pack, quantity }, why } };
}

function fail(
  state: AutoTopUpState,
  { at, number, reason }: Extract<AutoTopUpStep, { readonly type: 'failed' }>,
) {
  const { pending } = state;
  if (pending?.number !== number) return { state, effects: NOTHING };
  const boughtInMonth = state.boughtInMonth - (pending.month === state.month ? pending.quantity : 0);
  const after: AutoTopUpState = { ...state, pending: null, boughtInMonth, stopped: { reason, at } };
  return { state: after, effects: { ...NOTHING, tell: 'stopped' as const } };
}

function monthOf(at: Instant): string {
  return at.slice(0, 7);
}
