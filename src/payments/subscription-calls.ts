import type { Interval, Money } from '../domain/catalog';
import type { Instant } from '../domain/instants';
import type { InvoiceFact } from './payments';

/** A subscription as Stripe has it now. */
export interface SubscriptionAtStripe {
  readonly stripeSubscriptionId: string;
  readonly stripeCustomerId: string;
  /** Our id from the metadata; trust it only when the Stripe customer is the one bound to its customer. */
  readonly subscriptionId: string | null;
  /** When it is going to end: `cancel_at`, or the period's end with `cancel_at_period_end`. */
  readonly cancelAt: Instant | null;
  readonly endedAt: Instant | null;
  readonly endReason: 'payment_failed' | 'payment_disputed' | 'cancellation_requested' | null;
}

/** Money that went back, or is about to: a refund, or a dispute whose funds were withdrawn. */
export interface WithdrawalFact {
  readonly id: string;
  readonly kind: 'refund' | 'dispute';
  readonly amountMinor: number;
  /** `none`: nothing has moved (an inquiry, a refund that asks for action). */
  readonly status: 'none' | 'withdrawn' | 'returned';
  readonly paymentIntentId: string | null;
}

/** What is asked of Stripe about one subscription. `operationId` is the call's idempotency key. */
export interface CallInput {
  readonly operationId: string;
  readonly stripeSubscriptionId: string;
}

/**
 * The part of the port that changes subscriptions. What is found done already counts as done. Errors as for the rest of the
 * port: `payment_failed`, `unavailable`.
 */
export interface SubscriptionCalls {
  getSubscription(stripeSubscriptionId: string): Promise<SubscriptionAtStripe>;
  /** All invoices of the subscription, newest first. */
  listInvoices(stripeSubscriptionId: string): Promise<readonly InvoiceFact[]>;
  getRefund(refundId: string): Promise<WithdrawalFact>;
  getDispute(disputeId: string): Promise<WithdrawalFact>;
  /** The invoice that a payment intent paid; null when it paid none. */
  findInvoiceOfPayment(paymentIntentId: string): Promise<InvoiceFact | null>;
  /** The checkout session that a payment intent paid; null when it paid none. */
  findSessionOfPayment(paymentIntentId: string): Promise<string | null>;
  /** New price and new anchor now, only if its invoice is paid at once; else it is voided and `payment_failed` thrown. */
  upgradeSubscription(input: CallInput & { priceId: string }): Promise<InvoiceFact>;
  /** New price from the next period on: no proration, anchor untouched. */
  changePrice(input: CallInput & { priceId: string }): Promise<void>;
  /** Deletes the drafts, voids what is open or uncollectible. */
  voidOpenInvoices(input: CallInput): Promise<void>;
  scheduleCancel(input: CallInput & { cancelAt: Instant }): Promise<void>;
  unscheduleCancel(input: CallInput): Promise<void>;
  cancelNow(input: CallInput): Promise<void>;
  pauseSubscription(input: CallInput): Promise<void>;
  /** `now`: a new period whose invoice is paid at once is answered; unpaid, it stays paused and `payment_failed` is thrown. */
  resumeSubscription(input: CallInput & { anchor: 'unchanged' | 'now' }): Promise<InvoiceFact | null>;
  /** Marks the open invoices of periods that end by `through` as paid out of band. */
  payOutOfBand(input: CallInput & { through: Instant }): Promise<void>;
  /** A subscription by contract, invoiced with `send_invoice`. Answers its id at Stripe. */
  createInvoicedSubscription(input: {
    operationId: string;
    customerId: string;
    stripeCustomerId: string;
    subscriptionId: string;
    price: Money;
    interval: Interval;
    name: string;
    daysUntilDue: number;
  }): Promise<string>;
  /**
   * Charges the customer's saved card for an order, off session. Throws `payment_failed` for a decline, for a card that asks
   * for authentication, and when there is no card.
   */
  chargeOffSession(input: {
    operationId: string;
    customerId: string;
    stripeCustomerId: string;
    orderId: string;
    amount: Money;
    description: string;
  }): Promise<{ paymentIntentId: string }>;
}
