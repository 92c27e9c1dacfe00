import type Stripe from 'stripe';
import { WEBHOOK_EVENT_TYPES } from './payment-events';
import { API_VERSION, callStripe, createStripeClient, listAll } from './stripe-client';

/** The webhook endpoint of an installation, as it is at Stripe now. */
export interface WebhookEndpoint {
  readonly id: string;
  readonly url: string;
  readonly livemode: boolean;
  readonly apiVersion: string;
  readonly eventTypes: number;
  readonly done: 'made' | 'mended' | 'nothing';
  /** Stripe returns it only when the endpoint is created. */
  readonly secret: string | null;
  /** Other enabled endpoints at the same URL: of another version, which cannot be changed, or duplicates. */
  readonly others: readonly { readonly id: string; readonly apiVersion: string | null }[];
}

/**
 * Creates the endpoint at this URL, or finds it and subscribes it to exactly the event types that are read, in the API version
 * whose shapes are read. Safe to repeat. An endpoint of another version is kept beside the new one, because its secret may still
 * be in use; `deleteOthers` deletes it. Errors are those of `callStripe`.
 */
export async function setUpWebhookEndpoint(
  account: { readonly secretKey: string; readonly apiUrl: string | undefined },
  { url, deleteOthers }: { readonly url: string; readonly deleteOthers: boolean },
): Promise<WebhookEndpoint> {
  const stripe = createStripeClient(account.secretKey, account.apiUrl);
  const here: Stripe.WebhookEndpoint[] = [];
  for await (const endpoint of listAll(stripe.webhookEndpoints.list({ limit: 100 }))) {
    // An endpoint with an application receives the events of connected accounts.
    if (endpoint.url === url && endpoint.application === null) here.push(endpoint);
  }
  const found = here.find(({ api_version: version }) => version === API_VERSION);
  const kept = found === undefined ? await make(stripe, url) : await mend(stripe, found);
  const others = here.filter(({ id, status }) => id !== kept.endpoint.id && status === 'enabled');
  if (deleteOthers) {
    for (const { id } of others) await callStripe('webhook_endpoint', stripe.webhookEndpoints.del(id));
  }
  return {
    id: kept.endpoint.id,
    url,
    livemode: kept.endpoint.livemode,
    apiVersion: API_VERSION,
    eventTypes: WEBHOOK_EVENT_TYPES.length,
    done: kept.done,
    secret: kept.done === 'made' ? (kept.endpoint.secret ?? null) : null,
    others: others.map(({ id, api_version: apiVersion }) => ({ id, apiVersion })),
  };
}

async function make(stripe: Stripe, url: string) {
  const creating = stripe.webhookEndpoints.create({
    url,
    api_version: API_VERSION,
    enabled_events: [...WEBHOOK_EVENT_TYPES],
    description: 'Scrip',
  });
  return { endpoint: await callStripe('webhook_endpoint', creating), done: 'made' as const };
}

async function mend(stripe: Stripe, endpoint: Stripe.WebhookEndpoint) {
  const types = new Set(endpoint.enabled_events);
  const isRight =
    types.size === WEBHOOK_EVENT_TYPES.length && WEBHOOK_EVENT_TYPES.every((type) => types.has(type));
  if (isRight && endpoint.status === 'enabled') return { endpoint, done: 'nothing' as const };
  const updating = stripe.webhookEndpoints.update(endpoint.id, {
    enabled_events: [...WEBHOOK_EVENT_TYPES],
    disabled: false,
  });
  return { endpoint: await callStripe('webhook_endpoint', updating), done: 'mended' as const };
}
