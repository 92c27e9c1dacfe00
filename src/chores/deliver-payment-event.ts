import type { Instant } from '../domain/instants';
import type { PaymentEvent } from '../payments/payments';
import { findDestination } from '../payments/route-event';
import {
  listUnprocessedStripeEvents,
  markStripeEventProcessed,
  noteStripeEventAttempt,
} from '../store/stripe-events';
import { paymentFactDelivery, type PaymentDestination } from '../workflows/payments/messages';
import type { ActivityDeps } from '../activities/deps';
import { unlessUnreadable } from '../activities/payments/payment-facts';
import { claimEvent } from '../audit/money/claim-event';

type InboxDeps = Pick<ActivityDeps, 'db' | 'clock' | 'logger' | 'payments' | 'temporal'>;

const PAGE_SIZE = 100;

/**
 * Brings every event of the inbox that was received before the instant, and is due for another try, to its workflow, by
 * the way that the webhook's handler takes. One that cannot be brought does not hold up the others: what cannot be read at
 * Stripe counts as tried and comes back ever later. Answers how many there were.
 */
export async function deliverUnprocessedEvents(deps: InboxDeps, before: Instant): Promise<number> {
  const events = await listUnprocessedStripeEvents(deps.db, before, PAGE_SIZE);
  for (const event of events) {
    await deliver(deps, event).catch((error: unknown) =>
      deps.logger.error({ err: error, eventId: event.eventId }, 'a payment event cannot be delivered'),
    );
  }
  return events.length;
}

async function deliver(deps: InboxDeps, event: PaymentEvent): Promise<void> {
  const destination = await unlessUnreadable(deps, [event.eventId], () => destinationOf(deps, event));
  if (destination === undefined) return;
  if (destination === 'nobody') {
    await markStripeEventProcessed(deps.db, event.eventId, await deps.clock.now());
    return;
  }
  await noteStripeEventAttempt(deps.db, event.eventId);
  const [workflow, options] = paymentFactDelivery(destination);
  await deps.temporal.workflow.signalWithStart(workflow, options);
}

async function destinationOf(deps: InboxDeps, event: PaymentEvent): Promise<PaymentDestination | 'nobody'> {
  const route = await findDestination(deps.payments, event);
  if (route.to !== 'unclaimed') return route.to === 'nobody' ? 'nobody' : route;
  return (await claimEvent(deps, route, await deps.clock.now())) ?? 'nobody';
}
