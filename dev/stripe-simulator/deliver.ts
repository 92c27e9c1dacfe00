import Stripe from 'stripe';
import type { Delivery, KeptEndpoint, Store } from './store';

/** Seconds until the next attempt: quick at first, for an endpoint that restarts; then hourly, for three days in all. */
const RETRY_AFTER = [1, 2, 5, 10, 30, 60, 300, 900, 3600];
const GIVE_UP_AFTER_ATTEMPTS = 80;
/** How long an endpoint may take to answer, in wall time. */
const ANSWER_MS = 10_000;

/**
 * Makes one attempt to deliver an event at an instant (seconds), by which it is signed. A 2xx ends the delivery, anything
 * else puts it off; the outcome is durable when this returns. An endpoint that was deleted or disabled meanwhile gets
 * nothing any more.
 */
export async function attemptDelivery(store: Store, delivery: Delivery, at: number): Promise<void> {
  const endpoint = store.tables.find('webhook_endpoint', delivery.endpointId);
  if (endpoint?.status !== 'enabled') {
    store.transact(() => store.tables.remove('delivery', delivery.id));
    return;
  }
  const event = store.tables.get('event', delivery.eventId);
  const delivered = await post(endpoint, JSON.stringify(event, null, 2), at);
  store.transact(() => {
    if (delivered) {
      store.tables.remove('delivery', delivery.id);
      const current = store.tables.get('event', event.id);
      store.tables.put('event', { ...current, pending_webhooks: Math.max(0, current.pending_webhooks - 1) });
    } else {
      putOff(store, delivery, at);
    }
  });
}

/** An event whose deliveries are given up stays pending, so that `delivery_success=false` finds it. */
function putOff({ tables }: Store, delivery: Delivery, at: number): void {
  const attempts = delivery.attempts + 1;
  if (attempts >= GIVE_UP_AFTER_ATTEMPTS) {
    tables.remove('delivery', delivery.id);
    return;
  }
  const wait = RETRY_AFTER[attempts - 1] ?? RETRY_AFTER.at(-1) ?? 0;
  tables.put('delivery', { ...delivery, attempts, at: at + wait });
}

async function post({ url, secret }: KeptEndpoint, payload: string, at: number): Promise<boolean> {
  const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: at });
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json; charset=utf-8', 'Stripe-Signature': signature },
      body: payload,
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
