import { setUpWebhookEndpoint } from '../../src/payments/webhook-endpoint';
import { WEBHOOK_EVENT_TYPES } from '../../src/payments/payment-events';
import { API_VERSION } from '../../src/payments/stripe-client';
import { startLoopbackServer } from '../../dev/stack/loopback-server';
import { createWorld, later, type World } from './world';

const URL_OF_API = 'https://credits.example/webhooks/stripe';
const SIXTEEN = 16;

describe('the webhook endpoints of the simulator, by the SDK', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  const create = (change: object = {}) =>
    world.stripe.webhookEndpoints.create({ url: URL_OF_API, enabled_events: ['invoice.paid'], ...change });

  it('show their secret when they are made, and never again', async () => {
    const made = await create({ description: 'ours', metadata: { a: 'b' }, api_version: '2024-06-20' });
    expect(made).toMatchObject({
      object: 'webhook_endpoint',
      api_version: '2024-06-20',
      description: 'ours',
      enabled_events: ['invoice.paid'],
      livemode: false,
      metadata: { a: 'b' },
      secret: expect.stringMatching(/^whsec_/) as unknown,
      status: 'enabled',
      url: URL_OF_API,
    });
    const { webhookEndpoints } = world.stripe;
    expect(await webhookEndpoints.retrieve(made.id)).not.toHaveProperty('secret');
    for (const endpoint of (await webhookEndpoints.list()).data)
      expect(endpoint).not.toHaveProperty('secret');
    expect(await webhookEndpoints.update(made.id, { disabled: true })).toMatchObject({ status: 'disabled' });
    expect(await webhookEndpoints.del(made.id)).toMatchObject({ id: made.id, deleted: true });
    await expect(webhookEndpoints.retrieve(made.id)).rejects.toMatchObject({ statusCode: 404 });
  });

  it('list the one that was there before, and all of them newest first', async () => {
    const [first, second] = [await create(), await create({ enabled_events: ['*'] })];
    const { data } = await world.stripe.webhookEndpoints.list();
    expect(data.map(({ id }) => id)).toEqual([second.id, first.id, 'we_simulator']);
    expect(data[2]).toMatchObject({ api_version: API_VERSION, enabled_events: [...WEBHOOK_EVENT_TYPES] });
  });

  it.each([
    ['no address', { url: 'nowhere' }, /Not a valid URL/],
    ['no events', { enabled_events: [] }, /enabled_events/],
    ['an unknown member', { api: 'x' }, /Received unknown parameter: api/],
    ['a version that is none', { api_version: 'latest' }, /api_version/],
  ])('refuse %s', async (_name, change, message) => {
    await expect(create(change)).rejects.toMatchObject({
      statusCode: 400,
      message: expect.stringMatching(message) as unknown,
    });
  });

  it('keep the version that they were made with', async () => {
    const { id } = await create();
    const change = { api_version: API_VERSION } as object;
    await expect(world.stripe.webhookEndpoints.update(id, change)).rejects.toMatchObject({
      code: 'parameter_unknown',
      param: 'api_version',
    });
  });

  it('are sixteen at most', async () => {
    for (let made = 1; made < SIXTEEN; made += 1) await create();
    await expect(create()).rejects.toMatchObject({
      message: expect.stringContaining('maximum of 16') as unknown,
    });
  });

  it('are told what they are subscribed to, signed with their own secret, while they are enabled', async () => {
    const heard: { readonly type: string; readonly signed: boolean }[] = [];
    let secret = '';
    const listener = await startLoopbackServer((req, res) => {
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        const signature = String(req.headers['stripe-signature']);
        const at = Number(/t=(\d+)/.exec(signature)?.[1]);
        const own = world.stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp: at });
        heard.push({ type: (JSON.parse(body) as { type: string }).type, signed: own === signature });
        res.end();
      });
    });
    const made = await create({
      url: listener.url,
      enabled_events: ['customer.created', 'customer.updated'],
    });
    secret = made.secret ?? '';
    const { id } = await world.stripe.customers.create({ name: 'Ada' });
    await world.advanceTo(later(world.now(), { seconds: 1 }));
    await world.stripe.customers.update(id, { name: 'Ada L.' });
    await world.stripe.webhookEndpoints.update(made.id, { disabled: true });
    await world.stripe.customers.update(id, { name: 'A. L.' });
    await world.advanceTo(later(world.now(), { seconds: 60 }));
    await listener.stop();
    expect(heard).toEqual([{ type: 'customer.created', signed: true }]);
    expect(world.received).toEqual([]);
  });
});

describe('setting up the webhook endpoint', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  const setUp = (deleteOthers = false) =>
    setUpWebhookEndpoint(
      { secretKey: 'sk_test_world', apiUrl: world.url },
      { url: URL_OF_API, deleteOthers },
    );
  const here = async () =>
    (await world.stripe.webhookEndpoints.list()).data.filter(({ url }) => url === URL_OF_API);

  it('makes it with exactly the events that are read, in the version whose shapes are read, and shows its secret once', async () => {
    const made = await setUp();
    expect(made).toMatchObject({ done: 'made', livemode: false, apiVersion: API_VERSION, others: [] });
    expect(made.secret).toMatch(/^whsec_/);
    const [endpoint, ...others] = await here();
    expect(others).toEqual([]);
    expect(endpoint).toMatchObject({ id: made.id, api_version: API_VERSION, status: 'enabled' });
    expect(endpoint?.enabled_events).toEqual([...WEBHOOK_EVENT_TYPES]);
    expect(await setUp()).toEqual({ ...made, done: 'nothing', secret: null });
    expect(await here()).toHaveLength(1);
  });

  it('mends one that hears of other events or is disabled', async () => {
    const { id } = await setUp();
    await world.stripe.webhookEndpoints.update(id, { enabled_events: ['*'] });
    expect(await setUp()).toMatchObject({ id, done: 'mended', secret: null });
    await world.stripe.webhookEndpoints.update(id, { disabled: true });
    expect(await setUp()).toMatchObject({ id, done: 'mended' });
    const [endpoint] = await here();
    expect(endpoint).toMatchObject({ status: 'enabled', enabled_events: [...WEBHOOK_EVENT_TYPES] });
  });

  it('makes a new one beside one of another version, and ends that when it is told to', async () => {
    const old = await world.stripe.webhookEndpoints.create({
      url: URL_OF_API,
      enabled_events: ['*'],
      api_version: '2024-06-20',
    });
    const made = await setUp();
    expect(made).toMatchObject({ done: 'made', others: [{ id: old.id, apiVersion: '2024-06-20' }] });
    expect((await here()).map(({ id }) => id)).toEqual([made.id, old.id]);
    expect(await setUp(true)).toMatchObject({ id: made.id, done: 'nothing', others: [{ id: old.id }] });
    expect((await here()).map(({ id }) => id)).toEqual([made.id]);
  });

  it('leaves endpoints at other addresses alone', async () => {
    await setUp(true);
    const { data } = await world.stripe.webhookEndpoints.list();
    expect(data.map(({ id }) => id)).toContain('we_simulator');
  });
});
