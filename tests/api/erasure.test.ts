import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client as Postgres } from 'pg';
import Stripe from 'stripe';
import { startStack, type TestStack } from '../support/start-stack';
import { createApiClient, type ApiClient, type Problem } from './api-client';
import { arrive, balanceOf, erase, imagesOf, pay, spend, subscribe, until, uploadPictures } from './people';
import { columnsWith, logsWith } from './traces';

interface Blocked extends Problem {
  readonly blockers: readonly { readonly kind: string; readonly id: string }[];
}

const NAME = 'Theodora Quendelwurz';
const EMAIL = 'theodora@quendelwurz.example';
const PROMPT = 'a quendelwurz garden under two moons';
const STYLE = 'Quendelwurz etchings';

describe('DELETE /v1/customers/{id}', () => {
  let stack: TestStack;
  let api: ApiClient;
  let stripe: Stripe;

  beforeAll(async () => {
    stack = await startStack();
    api = await createApiClient(stack.dev);
    const { stripeUrl, stripeSecretKey } = stack.dev;
    const port = new URL(stripeUrl!).port;
    stripe = new Stripe(stripeSecretKey, { host: '127.0.0.1', port, protocol: 'http', telemetry: false });
  }, 180_000);

  afterAll(async () => {
    await stack.stop();
  }, 30_000);

  const remove = (id: string, query = '') => api.send<Blocked>('DELETE', `/v1/customers/${id}${query}`);
  const statusOf = async (path: string) => (await api.get(path)).status;
  const sql = async <Row extends Record<string, unknown>>(text: string, values: unknown[] = []) => {
    const db = new Postgres({ connectionString: stack.dev.databaseOwnerUrl });
    await db.connect();
    const { rows } = await db.query<Row>(text, values);
    await db.end();
    return rows;
  };
  /** Every file of the object store in which a text stands, in its name or in itself. */
  const objectsWith = async (text: string) => {
    const root = join(stack.home, 'objects');
    const files = await readdir(root, { recursive: true, withFileTypes: true });
    const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
    const bodies = await Promise.all(paths.map((path) => readFile(path, 'latin1')));
    return paths.filter((path, index) => path.includes(text) || bodies[index]!.includes(text));
  };

  it('204: an idle customer is gone at once, and stays so', async () => {
    const id = await arrive(api);
    await spend(api, await imagesOf(api, id));
    expect((await remove(id)).status).toBe(204);
    expect((await remove(id)).status).toBe(204);
    for (const path of ['', '/balance', '/statement', '/spends', '/rights', '/licenses', '/auto-top-up'])
      expect([path, await statusOf(`/v1/customers/${id}${path}`)]).toEqual([path, 404]);
    expect((await remove('cus_unknown')).status).toBe(404);
  });

  it('409: says what is in the way, and 202 with ?end=now until it has ended', async () => {
    const id = await subscribe(api);
    const subscription = (
      await sql<{ id: string }>('SELECT id FROM app.subscriptions WHERE customer_id = $1', [id])
    )[0]!;
    await api.send('PUT', `/v1/customers/${id}/auto-top-up`, {
      threshold: 1,
      quantity: 1,
      monthlyMaximum: 1,
    });
    const hold = await api.post<{ id: string }>('/v1/holds', {
      customerId: id,
      credits: 5,
      reference: 'ours',
    });
    const addOn = await api.post<{ id: string; checkoutUrl: string }>('/v1/add-ons', {
      customerId: id,
      quantity: 1,
    });
    const slow = await imagesOf(api, id, 1, 'a slow garden [studio: delay=4s]');
    const running = await api.post<{ id: string }>('/v1/spends', slow, { key: 'known' });
    const portal = await api.post<{ url: string }>('/v1/portal-sessions', { customerId: id });
    const token = portal.body.url.split('token=')[1]!;
    const byToken = async () =>
      (await fetch(`${stack.url}/v1/customers/${id}`, { headers: { Authorization: `Bearer ${token}` } }))
        .status;
    const refused = await remove(id);
    expect([refused.status, refused.body.code]).toEqual([409, 'state_conflict']);
    expect(refused.body.blockers.map((blocker) => [blocker.kind, blocker.id])).toEqual([
      ['subscription', subscription.id],
      ['auto_top_up', id],
      ['spend', running.body.id],
      ['add_on', addOn.body.id],
      ['hold', hold.body.id],
    ]);
    expect(await byToken()).toBe(200);
    const stripeCustomer = (
      await sql<{ is: string }>('SELECT stripe_customer_id AS is FROM app.customers WHERE id = $1', [id])
    )[0]!.is;

    expect((await remove(id, '?end=now')).status).toBe(202);
    expect(await byToken()).toBe(401);
    expect(await statusOf(`/v1/customers/${id}`)).toBe(200);
    const news = [
      api.post('/v1/spends', await imagesOf(api, id)),
      api.post('/v1/holds', { customerId: id, credits: 1, reference: 'more' }),
      api.post('/v1/subscriptions', { customerId: id, plan: 'pro' }),
      api.post('/v1/portal-sessions', { customerId: id }),
      api.post(`/v1/customers/${id}/billing-portal`),
    ];
    for (const answer of await Promise.all(news))
      expect([answer.status, answer.body]).toMatchObject([409, { code: 'state_conflict' }]);
    await expect(uploadPictures(api, id)).resolves.toContain(undefined);
    const repeated = await api.post<{ id: string }>('/v1/spends', slow, { key: 'known' });
    expect([repeated.status, repeated.body.id]).toEqual([202, running.body.id]);

    await until(async () => (await remove(id)).status === 204);
    for (const path of [
      `/v1/customers/${id}`,
      `/v1/subscriptions/${subscription.id}`,
      `/v1/spends/${running.body.id}`,
      `/v1/holds/${hold.body.id}`,
      `/v1/add-ons/${addOn.body.id}`,
    ])
      expect([path, await statusOf(path)]).toEqual([path, 404]);
    const settled = await sql('SELECT status, captured FROM app.spends WHERE id = $1', [running.body.id]);
    expect(settled).toEqual([{ status: 'succeeded', captured: '1' }]);
    expect(await stripe.customers.retrieve(stripeCustomer)).toMatchObject({ deleted: true });
    const { data } = await stripe.subscriptions.list({ customer: stripeCustomer, status: 'all' });
    expect(data.map(({ status }) => status)).toEqual(['canceled']);
    await pay(addOn.body.checkoutUrl);
    expect(await sql('SELECT status FROM app.add_on_orders WHERE id = $1', [addOn.body.id])).toEqual([
      { status: 'canceled' },
    ]);
  });

  it('gives no second welcome to who comes back, however many requests do at once', async () => {
    const externalId = randomUUID();
    const come = () => api.post<{ id: string }>('/v1/customers', { externalId });
    const first = await Promise.all([come(), come(), come()]);
    expect(new Set(first.map(({ body }) => body.id)).size).toBe(1);
    expect(first.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
    const { id } = first[0].body;
    expect(await balanceOf(api, id)).toMatchObject({ available: 10 });
    await erase(api, id);
    const again = await Promise.all([come(), come()]);
    expect(again.map(({ status }) => status).sort()).toEqual([200, 201]);
    const back = again[0].body.id;
    expect([again[1].body.id, back === id]).toEqual([back, false]);
    expect(await balanceOf(api, back)).toMatchObject({ available: 0 });
    await erase(api, back);
    const third = await come();
    expect([third.status, [id, back].includes(third.body.id)]).toEqual([201, false]);
    expect(await balanceOf(api, third.body.id)).toMatchObject({ available: 0 });
  });

  it('leaves nothing of the person in the database, in the object store and in the logs', async () => {
    const externalId = `ext-${randomUUID()}`;
    const { id } = (await api.post<{ id: string }>('/v1/customers', { externalId, email: EMAIL, name: NAME }))
      .body;
    const publicImages = await spend(api, await imagesOf(api, id, 1, PROMPT));
    const opened = await api.post<{ checkoutUrl: string }>('/v1/subscriptions', {
      customerId: id,
      plan: 'standard',
    });
    await pay(opened.body.checkoutUrl);
    await until(async () => (await balanceOf(api, id)).available > 500);
    const uploadIds = await uploadPictures(api, id);
    const training = { name: STYLE, visibility: 'public', uploadIds };
    const trained = await spend(api, { customerId: id, action: 'train_model', input: training });
    const { modelId } = trained.result as { modelId: string };
    const input = { modelId, prompt: PROMPT, count: 2 };
    const privateImages = await spend(api, { customerId: id, action: 'generate_images', input });
    const failed = await imagesOf(api, id, 1, `${PROMPT} [studio: fail]`);
    await spend(api, failed);
    const { imageIds } = privateImages.result as { imageIds: string[] };
    const words = [NAME, EMAIL, externalId, PROMPT, STYLE];
    for (const word of words) expect([word, await columnsWith(stack, word)]).not.toEqual([word, []]);

    await erase(api, id);
    for (const word of words) {
      expect([word, await columnsWith(stack, word), await objectsWith(word)]).toEqual([word, [], []]);
      expect([word, await logsWith(stack, word)]).toEqual([word, []]);
    }
    for (const gone of [...uploadIds, ...imageIds])
      expect([gone, await objectsWith(gone)]).toEqual([gone, []]);
    expect(await sql('SELECT id FROM app.uploads WHERE customer_id = $1', [id])).toEqual([]);
    expect(await statusOf(`/v1/models/${modelId}`)).toBe(404);
    expect(await statusOf(`/v1/images/${imageIds[0]!}`)).toBe(404);
    const [kept] = (publicImages.result as { imageIds: string[] }).imageIds;
    expect(await statusOf(`/v1/images/${kept!}/file`)).toBe(200);
    expect((await api.get<{ ok: boolean }>('/v1/audit', { operator: true })).body).toMatchObject({
      ok: true,
    });
  });
});
