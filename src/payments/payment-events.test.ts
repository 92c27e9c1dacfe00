import type { Instant } from '../domain/instants';
import { paymentEvent, WEBHOOK_EVENT_TYPES } from './payment-events';
import { routePaymentEvent } from './route-event';

const NOW = '2026-11-28T12:00:00.000Z' as Instant;
const metadata = { scrip_subscription: 'sub_ours' };

/** Where an invoice has the metadata of its subscription, by the API version of the account. */
const SHAPES = {
  'since 2025-03-31': { parent: { subscription_details: { subscription: 'sub_1', metadata } } },
  'since 2022-11-15': { subscription: 'sub_1', subscription_details: { metadata } },
  before: { subscription: 'sub_1' },
} as const;

const routeOf = (type: string, object: object) =>
  routePaymentEvent(paymentEvent({ id: 'evt_1', type, data: { object: { id: 'x_1', ...object } } }, NOW));

const INVOICES = WEBHOOK_EVENT_TYPES.filter(
  (type) => type.startsWith('invoice.') && type !== 'invoice.overdue',
);
const MARKED = WEBHOOK_EVENT_TYPES.filter((type) =>
  /^(checkout\.session|customer\.subscription)\./.test(type),
);

describe('the way of an event', () => {
  it.each(INVOICES)('%s leads to its subscription where it says whose it is, in each shape', (type) => {
    for (const shape of ['since 2025-03-31', 'since 2022-11-15'] as const) {
      expect(routeOf(type, SHAPES[shape])).toMatchObject({ to: 'subscription', subscriptionId: 'sub_ours' });
    }
  });

  it.each(INVOICES)('%s that does not say whose it is has it looked up', (type) => {
    expect(routeOf(type, SHAPES.before)).toMatchObject({
      to: 'unclaimed',
      about: { kind: 'invoice', id: 'x_1' },
    });
  });

  it.each(MARKED)('%s leads by its own metadata, which have the same place in every version', (type) => {
    expect(routeOf(type, { metadata })).toMatchObject({ to: 'subscription', subscriptionId: 'sub_ours' });
    expect(routeOf(type, {})).toMatchObject({ to: 'unclaimed' });
  });
});
