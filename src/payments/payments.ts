import type { Interval, Money } from '../domain/catalog/catalog';
import type { Instant, Period } from '../domain/instants';

/** A price that Stripe must know, and what it stands for in the catalog. */
export interface CatalogPrice {
  readonly catalogVersion: string;
  readonly plan: string | null;
  readonly interval: Interval | null;
  readonly pack: string | null;
  readonly name: string;
  readonly price: Money;
  /** The first currency that its version has for it. */
  readonly isDefaultCurrency: boolean;
}

/** What an invoice bills on one line. */
export interface InvoiceLine {
  readonly lineId: string;
  readonly priceId: string | null;
  readonly quantity: number;
  /** Before discounts and taxes; a trial's line bills 0. Negative for what a proration gives back. */
  readonly amountMinor: number;
  /** What it adds to the invoice's total: after discounts, with its taxes. */
  readonly totalMinor: number;
  /** Half-open; `start` and `end` are the same for what is sold once. */
  readonly start: Instant;
  readonly end: Instant;
  /** It only corrects what another line has billed. */
  readonly isProration: boolean;
  /** The item of the subscription that it bills; null for everything else. */
  readonly subscriptionItemId: string | null;
}

/** An invoice as Stripe has it now, paid or not. */
export interface InvoiceFact {
  readonly invoiceId: string;
  readonly status: 'draft' | 'open' | 'paid' | 'void' | 'uncollectible';
  readonly billingReason: string;
  readonly stripeCustomerId: string;
  readonly stripeSubscriptionId: string | null;
  /** Our id from the metadata; trust it only when the Stripe customer is the one bound to its customer. */
  readonly subscriptionId: string | null;
  /** The non-proration line with a plan price; null when there is none. Half-open `[start, end)`. */
  readonly line: { readonly priceId: string; readonly start: Instant; readonly end: Instant } | null;
  /** All lines, however many there are. */
  readonly lines: readonly InvoiceLine[];
  /** What it came to in all, taxes included; what a credit note or a balance has paid is in it. */
  readonly total: Money;
  readonly amountPaid: Money;
  readonly paymentIntentId: string | null;
  readonly paidAt: Instant | null;
  /** It was paid outside Stripe and an operator has recorded it: paying the invoice is only book-keeping. */
  readonly isRecordedPayment: boolean;
  /** How often charging it was tried; an open one that was tried has failed so far, or its payment is under way. */
  readonly attemptCount: number;
  /** Somebody has looked at it and says at Stripe that nothing is to be done about it; see `METADATA.settled`. */
  readonly isSettledByHand: boolean;
}

export interface CheckoutSessionFact {
  readonly sessionId: string;
  readonly mode: 'payment' | 'subscription';
  readonly status: 'open' | 'complete' | 'expired';
  readonly paymentStatus: 'paid' | 'unpaid' | 'no_payment_required';
  /** Null for a guest's. */
  readonly stripeCustomerId: string | null;
  readonly orderId: string | null;
  readonly subscriptionId: string | null;
  readonly stripeSubscriptionId: string | null;
  readonly latestInvoiceId: string | null;
  readonly paymentIntentId: string | null;
  readonly amountTotal: Money;
  readonly createdAt: Instant;
  /** What it sells; empty where the lines were not asked for. */
  readonly priceIds: readonly string[];
  readonly isSettledByHand: boolean;
}

/** One thing that a subscription at Stripe sells. */
export interface SubscriptionItem {
  readonly priceId: string;
  readonly quantity: number;
  /** How often it is billed; null for anything but every month and every year. */
  readonly interval: Interval | null;
  /** For one; null for a price that is not a fixed amount. */
  readonly price: Money | null;
}

/** What a subscription at Stripe is like now. */
export interface SubscriptionFact {
  readonly stripeSubscriptionId: string;
  readonly stripeCustomerId: string;
  /** Our id from the metadata; see `InvoiceFact`. */
  readonly subscriptionId: string | null;
  /** Stripe's own word, an open list; never a reason to grant. */
  readonly status: string;
  readonly items: readonly SubscriptionItem[];
  readonly collection: 'checkout' | 'invoice';
  /** No money is taken for now: it is paused, or only its collection is. */
  readonly isPaused: boolean;
  /** Until when nothing is charged, while a trial runs. */
  readonly trialEnd: Instant | null;
  /** Half-open; where Stripe bills it, not what is paid. */
  readonly currentPeriod: Period;
  /** When it is set to end: either of Stripe's two ways to say so. */
  readonly cancelAt: Instant | null;
  readonly endedAt: Instant | null;
  /** Null too for a reason that Stripe names later than the pinned version. */
  readonly endReason: 'cancellation_requested' | 'payment_failed' | 'payment_disputed' | null;
}

/** A refund, a dispute or a credit note: money that left us, and perhaps came back. */
export interface WithdrawalFact {
  readonly withdrawalId: string;
  readonly kind: WithdrawalKind;
  /** `none`: no money has moved, as for an inquiry. */
  readonly status: 'none' | 'withdrawn' | 'returned';
  readonly amount: Money;
  /** How much of it is for which line of the invoice, where a credit note says so; null where nobody does. */
  readonly ofLines: readonly { readonly lineId: string; readonly amountMinor: number }[] | null;
  readonly createdAt: Instant;
  /** Null for a credit note: it concerns an invoice, however that was paid. */
  readonly payment: PaymentFact | null;
  /** The invoice that the payment paid; null for an add-on. */
  readonly invoice: InvoiceFact | null;
}

export type WithdrawalKind = 'refund' | 'dispute' | 'credit_note';

/** One payment by card, whatever it was for. */
export interface PaymentFact {
  readonly paymentIntentId: string;
  readonly status: 'succeeded' | 'processing' | 'failed' | 'canceled';
  readonly stripeCustomerId: string | null;
  readonly orderId: string | null;
  readonly amount: Money;
  /** Why the last attempt failed: `card_declined`, `authentication_required`, … */
  readonly failure: string | null;
  readonly createdAt: Instant;
  readonly isSettledByHand: boolean;
}

/**
 * An event of the webhook, verified and reduced to what is needed to route it: everything else is read again, and nothing
 * else is kept, for Stripe's objects carry names and addresses of people.
 */
export interface PaymentEvent {
  readonly eventId: string;
  readonly type: string;
  readonly objectId: string | null;
  readonly objectType: string;
  readonly apiVersion: string | null;
  readonly livemode: boolean;
  readonly createdAt: Instant;
  /** `scrip_subscription` and `scrip_order` of the object's metadata: a hint where to send it, never proof. */
  readonly subscriptionId: string | null;
  readonly orderId: string | null;
}

/** What became of giving a payment back: through, on its way, or for a person to see to. */
export type RefundStanding = 'succeeded' | 'pending' | 'failed';

/** A change of a subscription at Stripe. `operationId` is its idempotency key and stays the same for all repeats. */
export interface SubscriptionChange {
  readonly operationId: string;
  readonly stripeSubscriptionId: string;
}

export interface PriceChange extends SubscriptionChange {
  readonly priceId: string;
}

/**
 * The port to Stripe. Every write takes an operation id that is its idempotency key at Stripe and stays the same for all
 * repeats of one intent; what costs money is looked for first, for Stripe forgets its keys. Errors: `DomainError` `payment_failed` for a decline (not retryable), `unavailable` for
 * transport, 5xx, 409 and 429 (repeat the same call); what opens a page or a bill refuses with `invalid_request` an address
 * that Stripe does not take, and with `state_conflict` whatever else it does not allow, for good. Anything else is a bug and
 * throws as it is.
 */
export interface Payments {
  /** Makes sure that every price exists at Stripe; answers the price ids in the order given. Idempotent by lookup key. */
  ensurePrices(prices: readonly CatalogPrice[]): Promise<readonly string[]>;
  /**
   * The Stripe customer of a customer of ours; creates it at the first call. Idempotent by `cust:{customerId}`, and for one
   * that replaces another by that too. What Stripe does not take of email and name is left out.
   */
  createCustomer(customer: {
    customerId: string;
    email: string | null;
    name: string | null;
    /** The one that is gone at Stripe; absent: this is the first. */
    replaces?: string | null;
  }): Promise<string>;
  /** Whether Stripe has such a customer; one that was deleted there is none. */
  hasCustomer(stripeCustomerId: string): Promise<boolean>;
  /** Deletes a customer at Stripe, who is known there no more: subscriptions end, invoices and payments stay. Deleted already, or unknown: nothing is done. */
  deleteCustomer(stripeCustomerId: string): Promise<void>;
  createSubscriptionCheckout(input: {
    operationId: string;
    customerId: string;
    stripeCustomerId: string;
    subscriptionId: string;
    priceId: string;
    /** Days before the first payment. Absent or 0: none. */
    trialDays?: number;
    successUrl: string;
    cancelUrl: string;
  }): Promise<{ sessionId: string; url: string; expiresAt: Instant }>;
  createAddOnCheckout(input: {
    operationId: string;
    customerId: string;
    stripeCustomerId: string;
    orderId: string;
    priceId: string;
    quantity: number;
    successUrl: string;
    cancelUrl: string;
  }): Promise<{ sessionId: string; url: string; expiresAt: Instant }>;
  getInvoice(invoiceId: string): Promise<InvoiceFact>;
  /** The latest invoices of a subscription, newest first; at most a hundred. */
  listSubscriptionInvoices(stripeSubscriptionId: string): Promise<readonly InvoiceFact[]>;
  getCheckoutSession(sessionId: string): Promise<CheckoutSessionFact>;
  expireCheckoutSession(sessionId: string): Promise<void>;
  getSubscription(stripeSubscriptionId: string): Promise<SubscriptionFact>;
  /**
   * Sells another price from now on: a new period and its full price, charged at once. Answers the paid invoice. Throws
   * `payment_failed` when the card is declined or asks for an authentication; then nothing has changed and nothing of it
   * will be charged later.
   */
  upgradeSubscription(change: PriceChange): Promise<InvoiceFact>;
  /** Sells another price from the next period on, without proration and with the anchor untouched. */
  changeSubscriptionPrice(change: PriceChange): Promise<void>;
  /**
   * Makes a subscription that was sold elsewhere ours: marks it with our ids and sells our price from the next period on,
   * without proration and with the anchor untouched.
   */
  adoptSubscription(adoption: PriceChange & { customerId: string; subscriptionId: string }): Promise<void>;
  /** Has the subscription end where its current period does. */
  scheduleCancel(change: SubscriptionChange): Promise<void>;
  /** Takes back whatever was to end it. */
  unscheduleCancel(change: SubscriptionChange): Promise<void>;
  /** Ends it now, without a last invoice and without credit. One that has ended already is left as it is. */
  cancelSubscription(change: SubscriptionChange): Promise<void>;
  /** Stops invoices and periods until it is resumed, without credit. One that is paused already is left as it is. */
  pauseSubscription(change: SubscriptionChange): Promise<void>;
  /**
   * Resumes a paused one: `unchanged` goes on in its own calendar and bills nothing (null); `now` begins a period and
   * charges it at once: answers the paid invoice, or throws `payment_failed`, and it stays paused and owes nothing.
   */
  resumeSubscription(
    change: SubscriptionChange & { anchor: 'now' | 'unchanged' },
  ): Promise<InvoiceFact | null>;
  /**
   * Makes sure that no open invoice or draft of the subscription is charged any more: with `from`, only of periods that start
   * then or later; with `until`, only of those that start before it or then. Answers whether any is left, because its payment
   * is under way and cannot be stopped: ask again when that has ended.
   */
  voidOpenInvoices(
    stripeSubscriptionId: string,
    periods?: { readonly from?: Instant | undefined; readonly until?: Instant | undefined },
  ): Promise<{ readonly isInFlight: boolean }>;
  /** Marks its unpaid invoices whose period ends by `through` as paid out of band; answers them. */
  payOutOfBand(input: { stripeSubscriptionId: string; through: Instant }): Promise<readonly InvoiceFact[]>;
  /** The price of one contract; created at the first call. Idempotent by the contract's id. */
  ensureContractPrice(contract: {
    contractId: string;
    name: string;
    price: Money;
    interval: Interval;
  }): Promise<string>;
  /** Starts a subscription whose invoices are sent and paid by hand; the first one is a draft for about an hour. */
  createInvoicedSubscription(input: {
    operationId: string;
    customerId: string;
    stripeCustomerId: string;
    subscriptionId: string;
    priceId: string;
    daysUntilDue: number;
  }): Promise<SubscriptionFact & { readonly invoiceId: string | null }>;
  /** A card that may be charged without its holder: the customer's default, a subscription's, else the newest. */
  findSavedPaymentMethod(stripeCustomerId: string): Promise<string | null>;
  /**
   * Charges a saved card for an add-on order while its holder is away. Throws `payment_failed` with `details.reason`, also
   * when Stripe refuses to charge that card, or that amount, at all.
   */
  chargeOffSession(input: {
    operationId: string;
    customerId: string;
    stripeCustomerId: string;
    orderId: string;
    paymentMethodId: string;
    amount: Money;
    description: string;
  }): Promise<PaymentFact>;
  getPayment(paymentIntentId: string): Promise<PaymentFact>;
  /**
   * Gives back all that is left of a payment. What has been given back already counts, whoever did it. `failed`: the bank
   * sent it back, or Stripe refuses it; it is not tried again.
   */
  refundPayment(refund: { operationId: string; paymentIntentId: string }): Promise<RefundStanding>;
  /** The payment of an invoice; null when it has none, or none that Stripe takes part in. */
  findInvoiceOfPayment(paymentIntentId: string): Promise<InvoiceFact | null>;
  /**
   * What of a payment, and of the invoice that it paid, went back and did not return: refunds, disputes that are not won, and
   * credit notes.
   */
  getGivenBack(of: { paymentIntentId: string | null; invoiceId: string | null }): Promise<number>;
  /** A refund, dispute or credit note as it is now, with the payment or invoice that it concerns. */
  getWithdrawal(withdrawal: Pick<WithdrawalFact, 'kind' | 'withdrawalId'>): Promise<WithdrawalFact>;
  /** Stripe's own page for cards and invoices. */
  createPortalSession(input: { stripeCustomerId: string; returnUrl: string }): Promise<{ url: string }>;
  /** Every event since an instant (inclusive) that the webhook should have brought; newest first in each half. */
  listEvents(since: Instant): AsyncIterable<PaymentEvent>;
  /** Every paid invoice made since an instant (inclusive). */
  listPaidInvoices(since: Instant): AsyncIterable<InvoiceFact>;
  /** Every complete Checkout session made since an instant (inclusive). */
  listCompleteSessions(since: Instant): AsyncIterable<CheckoutSessionFact>;
  /** Every succeeded payment made since an instant (inclusive), whatever it was for. */
  listPayments(since: Instant): AsyncIterable<PaymentFact>;
  /** Every subscription, ended ones too. */
  listSubscriptions(): AsyncIterable<SubscriptionFact>;
  /** Every refund, dispute and credit note made since an instant (inclusive), to be read by `getWithdrawal`. */
  listWithdrawals(since: Instant): AsyncIterable<Pick<WithdrawalFact, 'kind' | 'withdrawalId'>>;
  /**
   * Verifies a webhook on its raw body against every configured secret (rotation) on the given clock, tolerance 300 s.
   * Throws `DomainError('invalid_request')` when no secret verifies it.
   */
  parseWebhook(rawBody: Buffer, signature: string, now: Instant): PaymentEvent;
}
