import { deliverUnprocessedEvents } from '../../src/activities/deliver-payment-event';
import { epochMsOf, instantOf } from '../../src/domain/instants';
import type { PaymentEvent } from '../../src/payments/payments';
import { receiveStripeEvent } from '../../src/store/stripe-events';
import type { House } from './house';

/** Everything that Stripe has to tell, oldest first. */
export async function eventsOf({ deps }: House): Promise<readonly PaymentEvent[]> {
  const events: PaymentEvent[] = [];
  for await (const event of deps.payments.listEvents(instantOf(0))) events.push(event);
  return events.reverse();
}

/** Brings Stripe's news to the inbox, and from there to the workflows. Answers how many were new. */
export async function deliverToInbox(
  house: House,
  carry: (event: PaymentEvent) => boolean = () => true,
): Promise<number> {
  const { db, deps } = house;
  const now = await deps.clock.now();
  let fresh = 0;
  for (const event of await eventsOf(house)) {
    if (carry(event) && (await receiveStripeEvent(db, event, now))) fresh += 1;
  }
  const before = instantOf(epochMsOf(now) + 1_000);
  await deliverUnprocessedEvents(deps, before);
  return fresh;
}
