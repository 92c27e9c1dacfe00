import type { PlanId } from '../catalog/catalog';
import type { Credits } from '../credits';
import type { Instant } from '../instants';
import type { Withdrawal } from '../payments/refunds';
import type { AtStripe } from './at-stripe';
import type { Duplicate } from './duplicate';
import type { StripeCall } from './effects';
import type { PaidInterval } from './paid-cycles';
import type { PlanNames } from './plan-names';
import type { PlanTerms } from './plan-terms';

/** An input with the instant at which it is taken in: a fact, a command, or the outcome of a command's calls. */
export type SubscriptionStep = SubscriptionFact | SubscriptionCommand | CommandOutcome;

/** What happened outside, as read again at its source. Facts may arrive twice, late, and in any order. */
export type SubscriptionFact =
  /** An instant passes. */
  | { readonly type: 'instant'; readonly at: Instant }
  /** Money has arrived, once per payment, whatever the order. */
  | {
      readonly type: 'paid';
      readonly at: Instant;
      readonly payment: PaidInterval;
      readonly stripeSubscriptionId: string | null;
    }
  /** Charging for the period that starts then has failed. */
  | { readonly type: 'payment_failed'; readonly at: Instant; readonly periodStart: Instant }
  /** Charging for the period that starts then is under way, and may take days. */
  | { readonly type: 'payment_pending'; readonly at: Instant; readonly periodStart: Instant }
  /**
   * The invoice for the period that starts then will not be charged any more. With `waivedThrough` it was a renewal's: the
   * subscription goes on until then, and nobody pays for it.
   */
  | {
      readonly type: 'invoice_voided';
      readonly at: Instant;
      readonly periodStart: Instant;
      readonly waivedThrough?: Instant;
    }
  /** The invoices that could not be voided at first have been voided or paid. */
  | { readonly type: 'all_voided'; readonly at: Instant }
  /** The checkout has ended without a payment. */
  | { readonly type: 'checkout_expired'; readonly at: Instant }
  /** It was paid for while its customer had another subscription; with what is known of its money. */
  | {
      readonly type: 'duplicate';
      readonly at: Instant;
      readonly duplicate: Duplicate;
      readonly stripeSubscriptionId: string | null;
    }
  /** The subscription at Stripe as it is now: changed in the portal, or ended, for example after the last failed retry. */
  | {
      readonly type: 'subscription_changed';
      readonly at: Instant;
      /** When it is going to end; both of Stripe's encodings of a scheduled cancel. */
      readonly cancelAt: Instant | null;
      readonly endedAt: Instant | null;
      /** In Stripe's words, `payment_failed` after the last retry. */
      readonly endReason: string | null;
      /** The rest of its state there; absent where only its end was read. */
      readonly seen?: AtStripe;
    }
  /** Money of a payment went back, or came back after all. Carries its payment, which is fulfilled first if it is new. */
  | {
      readonly type: 'withdrawal';
      readonly at: Instant;
      readonly payment: PaidInterval;
      readonly stripeSubscriptionId: string | null;
      readonly withdrawal: Withdrawal;
    };

/** A request of a customer or an operator. `commandId` names the intent; the keys of its calls at Stripe are derived from it. */
export type SubscriptionCommand =
  | {
      readonly type: 'change_plan';
      readonly at: Instant;
      readonly commandId: string;
      readonly plan: PlanId;
      /** Of the pinned catalog version, for the subscription's interval. */
      readonly terms: readonly PlanTerms[];
    }
  | {
      readonly type: 'cancel';
      readonly at: Instant;
      readonly commandId: string;
      readonly when: 'period_end' | 'now';
    }
  /** Undoes a scheduled cancel before its end; ends a pause. */
  | { readonly type: 'resume'; readonly at: Instant; readonly commandId: string }
  | { readonly type: 'pause'; readonly at: Instant; readonly commandId: string }
  /** An operator records money paid outside Stripe: it pays from the end of the paid time up to `paidThrough`. */
  | {
      readonly type: 'record_payment';
      readonly at: Instant;
      readonly commandId: string;
      readonly reference: string;
      readonly paidThrough: Instant;
      readonly terms: readonly PlanTerms[];
    }
  /** An operator moves the subscription to another catalog version, from its next period on. */
  | {
      readonly type: 'migrate';
      readonly at: Instant;
      readonly commandId: string;
      readonly catalogVersion: string;
      readonly graceMs: number;
      /** Of the new version. */
      readonly terms: readonly PlanTerms[];
    };

/**
 * The outcome of an accepted command's calls. A failed command has changed nothing: the card was declined, or Stripe no
 * longer allows the call, because the subscription has changed there and the event has not arrived yet.
 */
export type CommandOutcome =
  | {
      readonly type: 'command_done';
      readonly at: Instant;
      readonly commandId: string;
      /** An invoice could not be voided, because its payment is under way. */
      readonly isInFlight?: boolean;
    }
  | {
      readonly type: 'command_failed';
      readonly at: Instant;
      readonly commandId: string;
      readonly code: 'payment_failed' | 'state_conflict';
      readonly message: string;
    };

/** An accepted command while its calls are made, and what takes effect when they are done. */
export interface PendingCommand {
  readonly commandId: string;
  readonly calls: readonly StripeCall[];
  readonly intent: Intent;
}

export type Intent =
  | { readonly type: 'order'; readonly plan: PlanId; readonly credits: Credits; readonly at: Instant }
  | { readonly type: 'end'; readonly at: Instant }
  | { readonly type: 'abandon' }
  | { readonly type: 'resume' }
  | { readonly type: 'pause'; readonly at: Instant }
  | { readonly type: 'payment'; readonly payment: PaidInterval }
  | {
      readonly type: 'catalog';
      readonly catalogVersion: string;
      /** Absent in a command that an older release has begun. */
      readonly planNames?: PlanNames;
      readonly graceMs: number;
      readonly credits: Credits;
      readonly at: Instant;
    };
