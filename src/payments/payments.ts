import type { Interval, Money } from '../domain/catalog';
import type { Instant } from '../domain/instants';

/** A price that Stripe must know, and what it stands for in the catalog. */
export interface CatalogPrice {
  readonly catalogVersion: string;
  readonly plan: string | null;
  readonly interval: Interval | null;
  readonly pack: string | null;
  readonly name: string;
  readonly price: Money;
}

/** A paid (or not yet paid) invoice line for a subscription's period, as Stripe has it now. */
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
  readonly amountPaid: Money;
  readonly paymentIntentId: string | null;
  readonly paidAt: Instant | null;
  /** How often charging it was tried; an open one that was tried has failed so far. */
  readonly attemptCount: number;
}

export interface CheckoutSessionFact {
  readonly sessionId: string;
  readonly mode: 'payment' | 'subscription';
  readonly status: 'open' | 'complete' | 'expired';
  readonly paymentStatus: 'paid' | 'unpaid' | 'no_payment_required';
  readonly stripeCustomerId: string;
  readonly orderId: string | null;
  readonly subscriptionId: string | null;
  readonly stripeSubscriptionId: string | null;
  readonly latestInvoiceId: string | null;
  readonly paymentIntentId: string | null;
  readonly amountTotal: Money;
  readonly createdAt: Instant;
}

/** An event of the webhook, verified and reduced to what is needed to route it; everything else is read again. */
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
  readonly payload: Readonly<Record<string, unknown>>;
}

/**
 * The port to Stripe. Every write takes an operation id that is its idempotency key at Stripe and stays the same for all
 * repeats of one intent. Errors: `DomainError` `payment_failed` for a decline (not retryable), `unavailable` for
 * transport, 5xx, 409 and 429 (repeat the same call); anything else is a bug and throws as it is.
 */
export interface Payments {
  /** Makes sure that every price exists at Stripe; answers the price ids in the order given. Idempotent by lookup key. */
  ensurePrices(prices: readonly CatalogPrice[]): Promise<readonly string[]>;
  /** The Stripe customer of a customer of ours; creates it at the first call. Idempotent by `cust:{customerId}`. */
  createCustomer(customer: {
    customerId: string;
    email: string | null;
    name: string | null;
  }): Promise<string>;
  createSubscriptionCheckout(input: {
    operationId: string;
    customerId: string;
    stripeCustomerId: string;
    subscriptionId: string;
    priceId: string;
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
  getCheckoutSession(sessionId: string): Promise<CheckoutSessionFact>;
  expireCheckoutSession(sessionId: string): Promise<void>;
  /**
   * Verifies a webhook on its raw body against every configured secret (rotation) on the given clock, tolerance 300 s.
   * Throws `DomainError('invalid_request')` when no secret verifies it.
   */
  parseWebhook(rawBody: Buffer, signature: string, now: Instant): PaymentEvent;
}
