import { randomBytes } from 'node:crypto';
import type Stripe from 'stripe';
import { z } from 'zod';
import { operation, type Operation, type ParamsOf } from '../http/operation';
import { paginate } from '../http/paginate';
import { clearable, flag, metadata, page, webAddress } from '../http/params';
import { mergeMetadata } from '../metadata';
import { buildEndpoint } from '../objects/webhook-endpoint';
import { invalidRequest } from '../stripe-error';
import type { KeptEndpoint } from '../store';
import { stripeId, type Work } from '../work';

/** Stripe's limit on an account, for each mode. */
const ENDPOINTS_MAX = 16;

const eventType = z.string().regex(/^(\*|[a-z_]+(\.[a-z_]+)+)$/, 'must be one of the event types of Stripe');
const events = z.array(eventType).min(1);
const version = z.string().regex(/^20\d\d-\d\d-\d\d(\.[a-z]+)?$/, 'not a version of the API');
const createShape = {
  url: webAddress,
  enabled_events: events,
  api_version: version.optional(),
  description: clearable.optional(),
  metadata: metadata.optional(),
};
/** The version of an endpoint can never be changed. */
const updateShape = {
  url: webAddress.optional(),
  enabled_events: events.optional(),
  disabled: flag.optional(),
  description: clearable.optional(),
  metadata: metadata.optional(),
};

export const webhookEndpointOperations: readonly Operation[] = [
  operation('POST', '/v1/webhook_endpoints', createShape, create),
  operation('GET', '/v1/webhook_endpoints', page, ({ tables }, params) => {
    const shown = tables.list('webhook_endpoint').map(withoutSecret);
    return paginate('/v1/webhook_endpoints', shown, params);
  }),
  operation('GET', '/v1/webhook_endpoints/:id', {}, ({ tables }, _, id) =>
    withoutSecret(tables.get('webhook_endpoint', id)),
  ),
  operation('POST', '/v1/webhook_endpoints/:id', updateShape, update),
  operation('DELETE', '/v1/webhook_endpoints/:id', {}, ({ tables }, _, id): Stripe.DeletedWebhookEndpoint => {
    tables.get('webhook_endpoint', id);
    tables.remove('webhook_endpoint', id);
    return { id, object: 'webhook_endpoint', deleted: true };
  }),
];

/** The only answer with the secret in it. */
function create(work: Work, params: ParamsOf<typeof createShape>): KeptEndpoint {
  if (work.tables.list('webhook_endpoint').length >= ENDPOINTS_MAX) {
    throw invalidRequest(`You have reached the maximum of ${String(ENDPOINTS_MAX)} test webhook endpoints.`);
  }
  const endpoint = buildEndpoint({
    id: stripeId('we'),
    secret: `whsec_${randomBytes(24).toString('hex')}`,
    url: params.url,
    at: work.at,
    events: params.enabled_events,
    apiVersion: params.api_version ?? null,
    description: params.description ?? null,
    metadata: mergeMetadata(null, params.metadata),
  });
  return work.tables.put('webhook_endpoint', endpoint);
}

function update(work: Work, params: ParamsOf<typeof updateShape>, id: string): Stripe.WebhookEndpoint {
  const before = work.tables.get('webhook_endpoint', id);
  const after = work.tables.put('webhook_endpoint', {
    ...before,
    url: params.url ?? before.url,
    enabled_events: params.enabled_events ?? before.enabled_events,
    status: params.disabled === undefined ? before.status : params.disabled ? 'disabled' : 'enabled',
    description: params.description === undefined ? before.description : params.description,
    metadata: mergeMetadata(before.metadata, params.metadata),
  });
  return withoutSecret(after);
}

function withoutSecret(endpoint: KeptEndpoint): Stripe.WebhookEndpoint {
  const shown: Stripe.WebhookEndpoint = { ...endpoint };
  delete shown.secret;
  return shown;
}
