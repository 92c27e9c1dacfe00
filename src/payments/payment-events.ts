import Stripe from 'stripe';
import { z } from 'zod';
import { DomainError } from '../domain/errors';
import { epochMsOf, type Instant } from '../domain/instants';
import { storableJson } from '../platform/storable-json';
import { METADATA, instantOfSeconds } from './payment-facts';
import type { PaymentEvent } from './payments';

/** Stripe's own tolerance: how old, in seconds, a signature may be. */
const SIGNATURE_AGE_MAX = 300;

/**
 * The event types that the webhook endpoint subscribes to (`enabled_events`): each means that an object which moves
 * credits or a subscription may have changed. `invoice.created` is missing on purpose: an endpoint that fails it holds
 * up the invoice (https://docs.stripe.com/invoicing/integration/workflow-transitions).
 */
export const WEBHOOK_EVENT_TYPES = [
  'checkout.session.completed',
  'checkout.session.async_payment_succeeded',
  'checkout.session.async_payment_failed',
  'checkout.session.expired',
  'invoice.paid',
  'invoice.payment_failed',
  'invoice.payment_action_required',
  'invoice.overdue',
  'invoice.voided',
  'invoice.marked_uncollectible',
  'customer.subscription.created',
  'customer.subscription.updated',
  'customer.subscription.deleted',
  'customer.subscription.paused',
  'customer.subscription.resumed',
  'payment_intent.succeeded',
  'payment_intent.payment_failed',
  'refund.created',
  'refund.updated',
  'refund.failed',
  'charge.dispute.created',
  'charge.dispute.funds_withdrawn',
  'charge.dispute.funds_reinstated',
  'charge.dispute.closed',
  'credit_note.created',
  'credit_note.updated',
  'credit_note.voided',
] as const satisfies readonly Stripe.Event.Type[];

/** A webhook body, verified against each secret in turn so that secrets can be rotated; see the port. */
export function parseWebhook(
  rawBody: Buffer,
  signature: string,
  now: Instant,
  secrets: readonly string[],
): PaymentEvent {
  for (const secret of secrets) {
    try {
      const nowMs = epochMsOf(now);
      const { webhooks } = Stripe;
      return paymentEvent(
        webhooks.constructEvent(rawBody, signature, secret, SIGNATURE_AGE_MAX, undefined, nowMs),
        now,
      );
    } catch (error) {
      if (!(error instanceof Stripe.errors.StripeSignatureVerificationError)) {
        throw new DomainError('invalid_request', 'The body of the webhook is not an event of Stripe.');
      }
    }
  }
  throw new DomainError('invalid_request', 'The signature does not match any webhook secret.');
}

const metadataSchema = z.record(z.string(), z.string());
/** The subscription's metadata as an invoice has it. */
const detailsSchema = z.looseObject({ metadata: metadataSchema.nullish().catch(null) });

/**
 * What routing reads of an event. Every object of Stripe may stand in `data.object`, so all of it is optional there. An account,
 * or an endpoint, that is pinned to an API version before 2025-03-31 sends invoices with `subscription_details` at the top
 * instead of under `parent`, still older ones with neither: those say whose they are once they are read in our version.
 */
const eventSchema = z.looseObject({
  id: z.string().min(1).max(255),
  type: z.string().min(1).max(255),
  created: z.int().nonnegative().optional(),
  livemode: z.boolean().default(false),
  api_version: z.string().nullable().default(null),
  data: z.looseObject({
    object: z.looseObject({
      id: z.string().nullable().default(null),
      object: z.string().default('unknown'),
      metadata: metadataSchema.nullish().catch(null),
      subscription_details: detailsSchema.nullish().catch(null),
      parent: z.looseObject({ subscription_details: detailsSchema.nullish() }).nullish().catch(null),
    }),
  }),
});

/**
 * Reduces an event to what is needed to route it; whoever investigates finds all of it at Stripe, for thirty days. An event
 * without `created` counts as made `now`. Throws a ZodError when it is not an event at all.
 */
export function paymentEvent(given: unknown, now: Instant): PaymentEvent {
  const event = eventSchema.parse(storableJson(given));
  const { id, type, created, livemode, api_version: apiVersion, data } = event;
  const metadata = data.object.metadata ?? {};
  const { parent, subscription_details: formerDetails } = data.object;
  const subscriptionMetadata = (parent?.subscription_details ?? formerDetails)?.metadata ?? {};
  return {
    eventId: id,
    type,
    objectId: data.object.id,
    objectType: data.object.object,
    apiVersion,
    livemode,
    createdAt: created === undefined ? now : instantOfSeconds(created),
    subscriptionId: metadata[METADATA.subscription] ?? subscriptionMetadata[METADATA.subscription] ?? null,
    orderId: metadata[METADATA.order] ?? null,
  };
}
