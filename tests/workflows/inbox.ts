import { deliverUnprocessedEvents } from '../../src/chores/deliver-payment-events';
import { epochMsOf, instantOf, type Instant } from '../../src/domain/instants';
import type { PaymentEvent } from '../../src/payments/payments';
import { receiveStripeEvent } from '../../src/store/stripe-events';
import type { House } from './house';

/** Everything that Stripe has to tell since an instant, oldest first. */
export async function eventsOf({ deps }: House, since = instantOf(0)): Promise<readonly PaymentEvent[]> {
  const events: PaymentEvent[] = [];
  for await (const event of deps.payments.listEvents(since)) events.push(event);
  return events.reverse();
}

/** Brings Stripe's news to the inbox, and from there to the workflows. Answers how many were new. */
export async function deliverToInbox(house: House): Promise<number> {
  const now = await house.deps.clock.now();
  let fresh = 0;
  for (const event of await eventsOf(house)) if (await receiveStripeEvent(house.db, event, now)) fresh += 1;
  await deliverNow(house, now);
  return fresh;
}

/** Brings the news that come through, again and again, and looks at none twice. */
export function createCarrier(house: House): (carry: (event: PaymentEvent) => boolean) => Promise<number> {
  const carried = new Set<string>();
  let since = instantOf(0);
  return async (carry) => {
    const now = await house.deps.clock.now();
    const events = (await eventsOf(house, since)).filter(({ eventId }) => !carried.has(eventId));
    const left = events.filter((event) => !carry(event));
    for (const event of events) {
      if (left.includes(event)) continue;
      await receiveStripeEvent(house.db, event, now);
      carried.add(event.eventId);
    }
    since = left[0]?.createdAt ?? events.at(-1)?.createdAt ?? since;
    await deliverNow(house, now);
    return events.length - left.length;
  };
}

async function deliverNow({ deps }: House, now: Instant): Promise<void> {
  await deliverUnprocessedEvents(deps, instantOf(epochMsOf(now) + 1_000));
}
