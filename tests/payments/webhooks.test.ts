import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DomainError } from '../../src/domain/errors';
import type { Instant } from '../../src/domain/instants';
import { createStripePayments } from '../../src/payments/stripe-payments';
import { createTestCustomer, openAddOnCheckout } from './customer';
import { createTestSubscription } from './subscription';
import { createWorld, later, postCard, type World } from './world';

const SECRET = 'whsec_world';

describe('webhooks', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  const idsOf = (events: readonly { eventId: string }[]): string[] => events.map(({ eventId }) => eventId);

  it('verify with any of the secrets in force, on the clock that they are given', () => {
    const payload = JSON.stringify({ id: 'evt_1', type: 'invoice.paid', data: { object: { id: 'in_1' } } });
    const timestamp = Date.parse(world.now()) / 1000;
    const header = world.stripe.webhooks.generateTestHeaderString({ payload, secret: SECRET, timestamp });
    const body = Buffer.from(payload);
    const rotated = createStripePayments({ secretKey: 'sk', webhookSecrets: ['whsec_next', SECRET] });
    const foreign = createStripePayments({ secretKey: 'sk', webhookSecrets: ['whsec_next'] });

    expect(rotated.parseWebhook(body, header, world.now())).toMatchObject({
      eventId: 'evt_1',
      objectId: 'in_1',
    });
    const refusals = [
      () => foreign.parseWebhook(body, header, world.now()),
      () => rotated.parseWebhook(Buffer.from(`${payload} `), header, world.now()),
      () => rotated.parseWebhook(body, header, later(world.now(), { seconds: 301 })),
      () => rotated.parseWebhook(body, '', world.now()),
      () =>
        createStripePayments({ secretKey: 'sk', webhookSecrets: [] }).parseWebhook(body, header, world.now()),
    ];
    for (const refused of refusals) expect(codeOf(refused)).toBe('invalid_request');
  });

  it('are taken in with whatever characters they have, as they can be stored', () => {
    const payload =
      '{"id":"evt_\\u0000","type":"invoice.paid","data":{"object":{"id":"in_1","metadata":{"scrip_order":"\\ud83d"}}}}';
    const timestamp = Date.parse(world.now()) / 1000;
    const header = world.stripe.webhooks.generateTestHeaderString({ payload, secret: SECRET, timestamp });
    const payments = createStripePayments({ secretKey: 'sk', webhookSecrets: [SECRET] });
    expect(payments.parseWebhook(Buffer.from(payload), header, world.now())).toMatchObject({
      eventId: 'evt_\ufffd',
      orderId: '\ufffd',
    });
  });

  it('are tried again until the endpoint takes them', async () => {
    world.answerWith(500, 503, 404);
    await createTestSubscription(world);
    await world.advanceTo(world.now());
    const undelivered = await world.stripe.events.list({ delivery_success: false });
    expect(undelivered.data).toHaveLength(3);
    await world.advanceTo(later(world.now(), { seconds: 10 }));
    expect(new Set(idsOf(world.received)).size).toBe(5);
    expect((await world.stripe.events.list({ delivery_success: false })).data).toEqual([]);
  });

  it('are lost on demand, and the list of events still has them', async () => {
    expect((await world.setFaults({ drop: true })).status).toBe(200);
    await createTestSubscription(world);
    await world.advanceTo(later(world.now(), { days: 3 }));
    expect(world.received).toEqual([]);
    const listed = [];
    for await (const event of world.payments.listEvents('2026-01-31T10:00:00.000Z' as Instant))
      listed.push(event);
    expect(listed.map(({ type }) => type).sort()).toEqual([
      'checkout.session.completed',
      'customer.subscription.created',
      'customer.subscription.updated',
      'invoice.paid',
      'payment_intent.succeeded',
    ]);
    expect(listed.find(({ type }) => type === 'invoice.paid')).toMatchObject({ subscriptionId: 'sub_ours' });
  });

  it('lose only as many as they are told to', async () => {
    await world.setFaults({ drop: 2 });
    await createTestSubscription(world);
    await world.advanceTo(world.now());
    expect(world.received).toHaveLength(3);
  });

  it('come several times, late and in another order, and are the same events', async () => {
    await world.setFaults({ copies: 3, delay: 3600, shuffle: true });
    await createTestSubscription(world);
    await world.advanceTo(later(world.now(), { seconds: 3599 }));
    expect(world.received).toEqual([]);
    await world.advanceTo(later(world.now(), { seconds: 60 }));
    expect(world.received).toHaveLength(15);
    expect(new Set(idsOf(world.received)).size).toBe(5);
    await world.setFaults({});
    await postCard((await openAddOnCheckout(world, await createTestCustomer(world))).url, {
      number: '4242424242424242',
    });
    await world.advanceTo(world.now());
    expect(world.received).toHaveLength(17);
  });

  it.each([{ drop: -1 }, { copies: 0 }, { unknown: true }, { delay: 'soon' }])(
    'refuse the fault %j',
    async (faults) => {
      expect((await world.setFaults(faults)).status).toBe(400);
    },
  );
});

describe('the state of the simulator', () => {
  it('survives a kill between any two requests, undelivered webhooks and faults included', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stripe-'));
    const world = await createWorld({ stateFile: join(folder, 'stripe.jsonl') });
    world.answerWith(500);
    const subscription = await createTestSubscription(world);
    await world.setFaults({ copies: 2 });
    const before = await world.payments.getSubscription(subscription.stripeSubscriptionId);

    await world.kill();

    expect(await world.payments.getSubscription(subscription.stripeSubscriptionId)).toEqual(before);
    await world.advanceTo('2026-02-28T11:00:00.000Z' as Instant);
    const types = world.received.map(({ type }) => type);
    expect(types.filter((type) => type === 'invoice.paid')).toHaveLength(3);
    expect(types.filter((type) => type === 'checkout.session.completed')).toHaveLength(1);
    await world.close();
    await rm(folder, { recursive: true });
  });
});

function codeOf(refused: () => unknown): unknown {
  try {
    refused();
  } catch (error) {
    return error instanceof DomainError ? error.code : error;
  }
  return 'nothing was thrown';
}
