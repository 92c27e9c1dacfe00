import { z } from 'zod';
import type { PaymentEvent } from '../../../payments/payments';
import { findDestination } from '../../../payments/route-event';
import { markStripeEventProcessed, receiveStripeEvent } from '../../../store/stripe-events';
import { paymentFactDelivery } from '../../../workflows/payments/messages';
import { askTemporal } from '../../../platform/ask-temporal';
import { rawBody } from '../../http/bodies/raw-body';
import type { ApiDeps } from '../../deps';
import { defineOperation } from '../../define-operation';
import { nobody } from '../../http/belongs-to';

/** An event carries its whole object, and an invoice may have many lines. */
const EVENT_BYTES_MAX = 2 * 1024 * 1024;

export const receiveStripeWebhook = defineOperation({
  summary: 'Receive a Stripe event',
  description:
    'Verified by `Stripe-Signature` over the raw body, and answered once the event is stored. Events may repeat.',
  tag: 'Webhooks',
  access: 'public',
  belongsTo: nobody,
  body: rawBody(EVENT_BYTES_MAX),
  answers: {
    200: { description: 'Received, now or earlier.', schema: z.strictObject({ received: z.literal(true) }) },
  },
  problems: ['unavailable'],
  async handle({ body, req }, deps) {
    const now = await deps.clock.now();
    const event = deps.payments.parseWebhook(body, req.header('stripe-signature') ?? '', now);
    const isNew = await receiveStripeEvent(deps.db, event, now);
    if (isNew) await deliver(deps, event);
    return { status: 200, body: { received: true } };
  },
});

/** The event is safe in the inbox: what cannot be delivered now is delivered by the worker's poller. */
async function deliver(
  { db, temporal, payments, clock, logger }: ApiDeps,
  event: PaymentEvent,
): Promise<void> {
  try {
    const route = await findDestination(payments, event);
    if (route.to === 'nobody') await markStripeEventProcessed(db, event.eventId, await clock.now());
    // Whose it is all the same is the worker's to find out.
    else if (route.to !== 'unclaimed') {
      const [workflow, options] = paymentFactDelivery(route);
      await askTemporal(temporal, () => temporal.workflow.signalWithStart(workflow, options));
    }
  } catch (error) {
    logger.warn({ err: error, eventId: event.eventId }, 'an event waits in the inbox');
  }
}
