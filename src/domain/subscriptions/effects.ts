import type { Interval, Money, PlanId } from '../catalog/catalog';
import type { Credits } from '../credits';
import type { Instant, Period } from '../instants';
import type { ClawbackEffect, RestoreEffect } from '../payments/withdrawal-parts';
import type { Refused } from '../refusal';

/** What is to be carried out: grants, then clawbacks, then restores; calls before any of a command's facts. */
export interface SubscriptionEffects {
  readonly grants: readonly GrantEffect[];
  readonly clawbacks: readonly ClawbackEffect[];
  readonly restores: readonly RestoreEffect[];
  /** One after the other, up to the first that fails; then `command_done` or `command_failed` is fed back. */
  readonly calls: readonly StripeCall[];
  /** Once per command: at once, or when its calls are done. */
  readonly answer: AnsweredCommand | null;
}

/** Credits to grant under the business key of their cycle, or of what is granted once for ever. */
export interface GrantEffect {
  readonly key: string;
  /** The catalog's id of the grant; absent for a plan's only and plain one. */
  readonly grant?: string;
  readonly era: number;
  readonly cycle: number;
  readonly period: Period;
  readonly plan: PlanId;
  readonly credits: Credits;
  readonly cost: Money;
  /** Null for what is granted once for ever, which nobody pays for. */
  readonly paymentId: string | null;
  /** The latest of the cycle's start, its payment, and the end of a pause around it. */
  readonly effectiveAt: Instant;
  /** Absent: never. */
  readonly expiresAt?: Instant;
  /** It brings what is left of this grant's lots up to so many credits; absent: all of its credits. */
  readonly upTo?: Credits;
}

/**
 * A call to Stripe about the subscription. `operationId` is its idempotency key and stays the same for every repeat of the
 * call; a call that turns out to be done already counts as done.
 */
export type StripeCall = { readonly operationId: string } & StripeRequest;

export type StripeRequest =
  /** New price, new anchor now, no proration; applies only if its invoice is paid, else it is voided. Answers the invoice. */
  | {
      readonly type: 'upgrade';
      readonly plan: PlanId;
      readonly interval: Interval;
      /** Absent in calls from before there were several: the first currency of the plan's price. */
      readonly currency?: string;
      readonly catalogVersion: string;
    }
  /** New price from the next period on: no proration, anchor untouched. */
  | {
      readonly type: 'change_price';
      readonly plan: PlanId;
      readonly interval: Interval;
      readonly currency?: string;
      readonly catalogVersion: string;
    }
  /**
   * Voids the open invoices and the drafts; with `from`, only those of periods that start then or later, with `until` only
   * those that start then or before.
   */
  | { readonly type: 'void_open_invoices'; readonly from?: Instant; readonly until?: Instant }
  | { readonly type: 'schedule_cancel'; readonly cancelAt: Instant }
  | { readonly type: 'unschedule_cancel' }
  | { readonly type: 'cancel_now' }
  | { readonly type: 'pause' }
  /** `unchanged`: the running period is paid. `now`: a new period starts if its invoice is paid, as for an upgrade. */
  | { readonly type: 'resume'; readonly anchor: 'unchanged' | 'now' }
  | { readonly type: 'expire_checkout'; readonly sessionId: string }
  /** Marks the open invoices of periods that end by `through` as paid out of band. */
  | { readonly type: 'pay_out_of_band'; readonly through: Instant };

/** What a command came to, under its id. */
export type AnsweredCommand = { readonly commandId: string } & ({ readonly outcome: 'done' } | Refused);
