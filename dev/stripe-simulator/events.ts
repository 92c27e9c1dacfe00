import type Stripe from 'stripe';
import { plannedDelays } from './faults';
import { withFirstPages } from './http/first-page';
import type { Kind, Kinds } from './store';
import { API_VERSION, stripeId, type Work } from './work';

/**
 * Records that something happened to an object, as it is now, and puts the event's deliveries on their way.
 * `previous` is the object before the change; the event then says which members had other values.
 */
export function emit<T extends { readonly id?: string }>(
  work: Work,
  type: Stripe.Event.Type,
  object: T,
  previous?: T,
): void {
  const deliveries = endpointsFor(work, type).flatMap((endpointId) =>
    plannedDelays(work.tables).map((delay) => ({ endpointId, at: work.at + delay })),
  );
  const wanted = endpointsFor(work, type).length;
  const event = {
    id: stripeId('evt'),
    object: 'event',
    api_version: API_VERSION,
    created: work.at,
    data: {
      object: withFirstPages(object),
      ...(previous === undefined
        ? {}
        : { previous_attributes: withFirstPages(changedMembers(previous, object)) }),
    },
    livemode: false,
    // An event of which every copy is lost stays pending, like one that the endpoint never took.
    pending_webhooks: Math.max(deliveries.length, wanted),
    request: work.request,
    type,
  } satisfies Stripe.EventBase;
  work.tables.put('event', event);
  for (const delivery of deliveries) {
    work.tables.put('delivery', { id: stripeId('dlv'), eventId: event.id, attempts: 0, ...delivery });
  }
}

/** The endpoints that are subscribed to events of a type. */
function endpointsFor({ tables }: Work, type: string): readonly string[] {
  return tables
    .list('webhook_endpoint')
    .filter(
      ({ status, enabled_events: types }) =>
        status === 'enabled' && (types.includes(type) || types.includes('*')),
    )
    .map(({ id }) => id);
}

/** Keeps a changed object and records each thing that happened to it; `…updated` says what was different before. */
export function change<K extends Kind>(
  work: Work,
  kind: K,
  before: Kinds[K],
  patch: Partial<Kinds[K]>,
  ...types: readonly Stripe.Event.Type[]
): Kinds[K] {
  const after = work.tables.put(kind, { ...before, ...patch });
  for (const type of types) emit(work, type, after, type.endsWith('.updated') ? before : undefined);
  return after;
}

function changedMembers<T extends object>(previous: T, current: T): Partial<T> {
  const before = Object.entries(previous) as [keyof T, T[keyof T]][];
  const changed = before.filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(current[name]));
  return Object.fromEntries(changed) as Partial<T>;
}
