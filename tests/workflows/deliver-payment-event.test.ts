import { Client, Connection } from '@temporalio/client';
import { deliverUnprocessedEvents } from '../../src/chores/deliver-payment-events';
import { deliverPaymentEvent } from '../../src/audit/money/deliver-payment-event';
import { epochMsOf, instantOf } from '../../src/domain/instants';
import type { PaymentEvent } from '../../src/payments/payments';
import { createStripePayments } from '../../src/payments/stripe-payments';
import { findStripeEvent, receiveStripeEvent } from '../../src/store/stripe-events';
import { getSubscription } from '../../src/store/subscriptions';
import { eventsOf } from './inbox';
import { openStripeHouse, until, type StripeHouse } from './stripe-house';
import { openAndPay } from './subscriptions';

type DeliveryDeps = Parameters<typeof deliverPaymentEvent>[0];
/** Delivers an event by the way of one of the two who do. */
type Way = (deps: DeliveryDeps, event: PaymentEvent) => Promise<unknown>;

describe('delivering a payment event', () => {
  let house: StripeHouse;
  let template: PaymentEvent;
  let events = 0;

  beforeAll(async () => {
    house = await openStripeHouse();
    await openAndPay(house, await house.newCustomer(1));
    template = (await eventsOf(house))[0]!;
  });

  afterAll(async () => {
    await house.stop();
  });

  const receive = async (parts: Partial<PaymentEvent>): Promise<PaymentEvent> => {
    const event = { ...template, ...parts, eventId: `evt_delivered_${(events += 1)}` };
    await receiveStripeEvent(house.db, event, await house.deps.clock.now());
    return event;
  };
  const rowOf = async ({ eventId }: PaymentEvent) => (await findStripeEvent(house.db, eventId))!;
  const refund = { type: 'refund.created', objectId: 're_nobody', orderId: null, subscriptionId: null };

  const asTheWebhook: Way = (deps, event) => deliverPaymentEvent(deps, event);
  const asTheWorker: Way = async (deps) =>
    deliverUnprocessedEvents(deps, instantOf(epochMsOf(await house.deps.clock.now()) + 1_000));

  describe.each([
    ['the webhook', asTheWebhook],
    ['the worker', asTheWorker],
  ])('as %s does', (_name, deliver) => {
    it('brings it to its workflow', async () => {
      const { id } = await openAndPay(house, await house.newCustomer(1));
      const news = (await eventsOf(house)).filter(({ subscriptionId }) => subscriptionId === id);
      for (const event of news) await deliver(house.deps, await receive(event));
      await until(async () => (await getSubscription(house.db, id)).status === 'active');
    });

    it('is done with one that concerns nobody', async () => {
      const event = await receive({ type: 'customer.updated', objectId: 'cus_at_stripe' });
      await deliver(house.deps, event);
      expect((await rowOf(event)).processedAt).not.toBeNull();
    });

    it('says on one that cannot be read why, and comes back to it later', async () => {
      const event = await receive(refund);
      await deliver(house.deps, event);
      const row = await rowOf(event);
      expect(row).toMatchObject({ attempts: 1, processedAt: null });
      expect(row.lastError).toContain('re_nobody');
    });

    it('leaves one as it is while Stripe cannot be reached', async () => {
      const nowhere = { secretKey: 'sk_test_nobody', apiUrl: 'http://127.0.0.1:9', webhookSecrets: [] };
      const event = await receive(refund);
      await deliver({ ...house.deps, payments: createStripePayments(nowhere) }, event);
      expect(await rowOf(event)).toMatchObject({ attempts: 0, lastError: null, processedAt: null });
    });

    it('leaves one as it is while Temporal cannot be reached', async () => {
      const event = await receive({ type: 'invoice.paid', objectId: 'in_1', subscriptionId: 'sub_nobody' });
      const away = new Client({ connection: Connection.lazy({ address: '127.0.0.1:9' }) });
      await deliver({ ...house.deps, temporal: away }, event);
      expect(await rowOf(event)).toMatchObject({ attempts: 0, lastError: null, processedAt: null });
      await away.connection.close();
    });
  });

  it('leaves whose it is that says no id of ours to the worker, whom one that fails keeps from no other', async () => {
    const strange = await receive({ type: 'invoice.paid', objectId: 'in_nobody', subscriptionId: null });
    expect(await deliverPaymentEvent(house.deps, strange)).toBe('unclaimed');
    expect(await rowOf(strange)).toMatchObject({ attempts: 0, lastError: null });
    const nobodys = await receive({ type: 'customer.updated' });
    await deliverUnprocessedEvents(house.deps, instantOf(epochMsOf(await house.deps.clock.now()) + 1_000));
    expect((await rowOf(strange)).lastError).toContain('in_nobody');
    expect((await rowOf(nobodys)).processedAt).not.toBeNull();
  });
});
