import type Stripe from 'stripe';
import { WEBHOOK_EVENT_TYPES } from '../../../src/payments/payment-events';
import type { KeptEndpoint, Tables } from '../store';
import { API_VERSION } from '../work';

/** The endpoint of whoever started the simulator, as if somebody had made it in the dashboard. */
const OWN_ENDPOINT = 'we_simulator';

/** Makes it, or brings it up to date, or takes it away. */
export function keepOwnEndpoint(tables: Tables, url: string | null, secret: string, at: number): void {
  if (url === null) {
    tables.remove('webhook_endpoint', OWN_ENDPOINT);
    return;
  }
  const known = tables.find('webhook_endpoint', OWN_ENDPOINT);
  const own = { id: OWN_ENDPOINT, secret, url, at: known?.created ?? at, apiVersion: API_VERSION };
  tables.put('webhook_endpoint', buildEndpoint({ ...own, events: [...WEBHOOK_EVENT_TYPES] }));
}

export function buildEndpoint(input: {
  readonly id: string;
  readonly secret: string;
  readonly url: string;
  readonly at: number;
  readonly events: string[];
  /** Null: the account's own. */
  readonly apiVersion: string | null;
  readonly description?: string | null;
  readonly metadata?: Stripe.Metadata;
}): KeptEndpoint {
  return {
    id: input.id,
    object: 'webhook_endpoint',
    api_version: input.apiVersion,
    application: null,
    created: input.at,
    description: input.description ?? null,
    enabled_events: input.events,
    livemode: false,
    metadata: input.metadata ?? {},
    secret: input.secret,
    status: 'enabled',
    url: input.url,
  };
}
