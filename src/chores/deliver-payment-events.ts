import type { ActivityDeps } from '../activities/deps';
import { claimEvent } from '../audit/money/claim-event';
import { deliverPaymentEvent } from '../audit/money/deliver-payment-event';
import { epochMsOf, instantOf, type Instant } from '../domain/instants';
import {
  findNextStripeEventTry,
  listUnprocessedStripeEvents,
  noteStripeEventAttempt,
} from '../store/stripe-events';
import type { Chore } from './chore';

/** An event is the webhook's to deliver first; what is older was missed. */
const AGE_MS = 10_000;
const PAGE_SIZE = 100;

/** Brings the events of the inbox that are not processed yet to their workflows, each ever later. */
export const deliverPaymentEvents: Chore = {
  name: 'deliver payment events',
  nextDueAt: async ({ db }) => {
    const nextTry = await findNextStripeEventTry(db);
    return nextTry === null ? null : shift(nextTry, AGE_MS + 1);
  },
  run: (deps, now) => deliverUnprocessedEvents(deps, shift(now, -AGE_MS)),
  pauseMs: 5_000,
};

/**
 * Brings every event of the inbox that was received before the instant, and is due for another try, to its workflow, each once.
 * An event that says no id of ours is claimed for the subscription that it is bound to at Stripe.
 */
export async function deliverUnprocessedEvents(
  deps: Pick<ActivityDeps, 'db' | 'clock' | 'logger' | 'payments' | 'temporal'>,
  before: Instant,
): Promise<void> {
  const claim = async (route: Parameters<typeof claimEvent>[1]) =>
    claimEvent(deps, route, await deps.clock.now());
  const tried = new Set<string>();
  for (;;) {
    const page = await listUnprocessedStripeEvents(deps.db, before, PAGE_SIZE);
    const events = page.filter(({ eventId }) => !tried.has(eventId));
    for (const event of events) {
      tried.add(event.eventId);
      const outcome = await deliverPaymentEvent(deps, event, claim);
      if (outcome === 'told') await noteStripeEventAttempt(deps.db, event.eventId);
    }
    if (page.length < PAGE_SIZE || events.length === 0) return;
  }
}

function shift(instant: Instant, ms: number): Instant {
  return instantOf(epochMsOf(instant) + ms);
}
