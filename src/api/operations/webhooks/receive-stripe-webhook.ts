import { z } from 'zod';
import { deliverPaymentEvent } from '../../../audit/money/deliver-payment-event';
import { receiveStripeEvent } from '../../../store/stripe-events';
import { defineOperation } from '../../define-operation';
import { nobody } from '../../http/belongs-to';
import { rawBody } from '../../http/bodies/raw-body';

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
    // It is safe in the inbox: what cannot be delivered now, the worker delivers. Whose it is that says no id of ours, too.
    if (isNew) await deliverPaymentEvent(deps, event);
    return { status: 200, body: { received: true } };
  },
});
