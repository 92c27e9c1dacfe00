import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client as TemporalClient, Connection, WorkflowNotFoundError } from '@temporalio/client';
import type { SpendView } from '../../src/api/operations/spends/spend-view';
import { deriveId } from '../../src/platform/ids';
import { findPackageRoot } from '../../src/platform/package-root';
import { SEARCH_ATTRIBUTES } from '../../src/workflows/messages';
import type { TestStack } from '../support/start-stack';
import type { Problem } from './api-client';
import { arrive, balanceOf, imagesOf, spend, subscribe, until, uploadPictures } from './people';
import { useStack } from './use-stack';

const run = promisify(execFile);

type SpendAnswer = SpendView & Problem;

describe('spending credits over HTTP', () => {
  const { stack, api } = useStack();

  it('gives one spend, one hold and one answer to twenty requests at once with one key', async () => {
    const customerId = await arrive(api);
    const request = await imagesOf(api, customerId, 2);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => api.post<SpendAnswer>('/v1/spends', request, { key: 'one intent' })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    const holds = await api.get<{ data: { code: string }[] }>(`/v1/customers/${customerId}/statement`);
    expect(holds.body.data.filter(({ code }) => code === 'hold')).toHaveLength(1);

    const first = answers[0]!.body;
    await api.get(`/v1/spends/${first.id}?wait=60`);
    const later = await api.post<SpendAnswer>('/v1/spends', request, { key: 'one intent' });
    expect(later).toMatchObject({ status: 202, replayed: true, body: first });
    const other = await api.post('/v1/spends', await imagesOf(api, customerId, 3), { key: 'one intent' });
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    expect(await balanceOf(api, customerId)).toMatchObject({ available: 8, held: 0 });
  });

  it('takes exactly ten of fifty spends at once from ten credits', async () => {
    const customerId = await arrive(api);
    const request = await imagesOf(api, customerId);
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => api.post<SpendAnswer>('/v1/spends', request)),
    );
    const accepted = answers.filter(({ status }) => status === 202);
    expect(accepted).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 402)).toHaveLength(40);
    await Promise.all(accepted.map(({ body }) => api.get(`/v1/spends/${body.id}?wait=60`)));
    expect(await balanceOf(api, customerId)).toMatchObject({ available: 0, held: 0, owed: 0 });
    const statement = await api.get<{ data: { available: number; held: number }[] }>(
      `/v1/customers/${customerId}/statement?limit=100`,
    );
    expect(statement.body.data.every(({ available, held }) => available >= 0 && held >= 0)).toBe(true);
  }, 60_000);

  it('records a refusal for want of credits for ever, without a workflow', async () => {
    const customerId = await arrive(api);
    const request = await imagesOf(api, customerId, 11);
    const refused = await api.post('/v1/spends', request, { key: 'too much' });
    expect(refused).toMatchObject({
      status: 402,
      replayed: false,
      body: { code: 'insufficient_credits', required: 11, available: 10, held: 0, shortfall: 1 },
    });
    await expectNoWorkflow(stack, deriveId('spd', customerId, 'too much'));
    await adjust(customerId, 100);
    const repeated = await api.post('/v1/spends', request, { key: 'too much' });
    expect(repeated.replayed).toBe(true);
    expect({ ...repeated.body, requestId: '' }).toEqual({ ...refused.body, requestId: '' });
    expect((await spend(api, request)).status).toBe('succeeded');
  });

  it('records a refusal for want of a plan for ever, without a workflow, and judges unknown things first', async () => {
    const customerId = await arrive(api);
    const training = {
      customerId,
      action: 'train_model',
      input: { name: 'Mine', visibility: 'private', uploadIds: await uploadPictures(api, customerId) },
    };
    const refused = await api.post('/v1/spends', training, { key: 'train' });
    expect(refused).toMatchObject({
      status: 403,
      body: { code: 'plan_required', plan: 'free', plans: ['standard', 'pro', 'custom'] },
    });
    expect(await api.post('/v1/spends', training, { key: 'train' })).toMatchObject({
      status: 403,
      replayed: true,
      body: { detail: refused.body['detail'] },
    });
    await expectNoWorkflow(stack, deriveId('spd', customerId, 'train'));
    const unknown = { ...training, input: { ...training.input, uploadIds: ['a', 'b', 'c'] } };
    expect(await api.post('/v1/spends', unknown)).toMatchObject({ status: 404 });
  });

  it('keeps the private work of a customer from everybody else, and licenses public work once', async () => {
    const [owner, stranger] = await Promise.all([subscribe(api), subscribe(api)]);
    const training = await spend(api, {
      customerId: owner,
      action: 'train_model',
      input: { name: 'Mine', visibility: 'private', uploadIds: await uploadPictures(api, owner) },
    });
    expect(training).toMatchObject({ status: 'succeeded', credits: { captured: 300, released: 0 } });
    const modelId = (training.result as { modelId: string }).modelId;
    const work = await spend(api, {
      customerId: owner,
      action: 'generate_images',
      input: { modelId, prompt: 'a secret', count: 1 },
    });
    const imageId = (work.result as { imageIds: string[] }).imageIds[0]!;

    for (const path of [`/v1/models/${modelId}`, `/v1/models/${modelId}/images`, `/v1/images/${imageId}`]) {
      expect((await api.get(`${path}?customerId=${owner}`)).status).toBe(200);
      expect((await api.get(`${path}?customerId=${stranger}`)).status).toBe(404);
      expect((await api.get(path)).status).toBe(404);
    }
    expect((await api.get(`/v1/images/${imageId}/file?customerId=${stranger}`)).status).toBe(404);
    const file = await api.get(`/v1/images/${imageId}/file?customerId=${owner}`);
    expect(file.headers.get('scrip-watermark')).toBe('false');
    const theirs = {
      customerId: stranger,
      action: 'generate_images',
      input: { modelId, prompt: 'x', count: 1 },
    };
    expect((await api.post('/v1/spends', theirs)).status).toBe(404);
    expect((await api.post('/v1/quotes', theirs)).status).toBe(404);
    const license = { customerId: stranger, action: 'license_image', input: { imageId } };
    expect((await api.post('/v1/spends', license)).status).toBe(404);
    for (const [method, body] of [
      ['PATCH', { customerId: stranger, name: 'Stolen' }],
      ['DELETE', { customerId: stranger }],
    ] as const) {
      expect((await api.send(method, `/v1/models/${modelId}`, body)).status).toBe(404);
    }
    const own = { customerId: owner };
    expect((await api.send('PATCH', `/v1/models/${modelId}`, { ...own, name: 'Ours' })).status).toBe(200);
    expect(await api.post('/v1/spends', { ...license, customerId: owner })).toMatchObject({
      status: 409,
      body: { code: 'license_not_needed' },
    });
    expect((await api.send('DELETE', `/v1/models/${modelId}`, own)).status).toBe(204);
    expect((await api.get(`/v1/models/${modelId}?customerId=${owner}`)).status).toBe(404);
    expect(await api.post('/v1/spends', { ...theirs, ...own })).toMatchObject({
      status: 409,
      body: { code: 'model_unavailable', modelStatus: 'deleted' },
    });
    expect((await api.post('/v1/spends', theirs)).status).toBe(404);
    expect((await api.get(`/v1/images/${imageId}?customerId=${owner}`)).status).toBe(200);
    await sellOneLicense(stranger);
  }, 120_000);

  it('hides an image from everybody who has no part in it, and neither quotes nor sells it', async () => {
    const [owner, licensee] = await Promise.all([subscribe(api), subscribe(api)]);
    const [maker, stranger] = await Promise.all([arrive(api), arrive(api)]);
    const training = await spend(api, {
      customerId: owner,
      action: 'train_model',
      input: { name: 'Seen by all', visibility: 'public', uploadIds: await uploadPictures(api, owner) },
    });
    const { modelId } = training.result as { modelId: string };
    const input = { modelId, prompt: 'a regrettable hat', count: 1 };
    const work = await spend(api, { customerId: maker, action: 'generate_images', input });
    const imageId = (work.result as { imageIds: string[] }).imageIds[0]!;
    const licenceFor = (customerId: string) => ({
      customerId,
      action: 'license_image',
      input: { imageId },
    });
    expect((await spend(api, licenceFor(licensee))).credits.captured).toBe(100);
    const landing = () => api.get<{ data: { id: string }[] }>(`/v1/models/${modelId}/images`);
    expect((await landing()).body.data.map(({ id }) => id)).toEqual([imageId]);

    const hide = (customerId: string) =>
      api.send('PATCH', `/v1/images/${imageId}`, { customerId, hidden: true });
    expect((await hide(maker)).status).toBe(404);
    expect(await hide(owner)).toMatchObject({ status: 200, body: { hidden: true } });

    expect((await landing()).body.data).toEqual([]);
    for (const customerId of [owner, maker, licensee]) {
      expect((await api.get(`/v1/images/${imageId}?customerId=${customerId}`)).status).toBe(200);
    }
    for (const viewer of ['', `?customerId=${stranger}`]) {
      expect((await api.get(`/v1/images/${imageId}${viewer}`)).status).toBe(404);
      expect((await api.get(`/v1/images/${imageId}/file${viewer}`)).status).toBe(404);
    }
    expect((await api.post('/v1/quotes', licenceFor(stranger))).status).toBe(404);
    expect((await api.post('/v1/spends', licenceFor(stranger))).status).toBe(404);
    expect(await api.post('/v1/quotes', licenceFor(licensee))).toMatchObject({
      status: 200,
      body: { credits: 0, allowed: true },
    });
    expect((await spend(api, licenceFor(licensee))).credits).toMatchObject({ captured: 0 });
    const file = await api.get(`/v1/images/${imageId}/file?customerId=${licensee}`);
    expect(file.headers.get('scrip-watermark')).toBe('false');
  }, 120_000);

  it('says of a picture what it is, in whatever format its provider made it', async () => {
    const customerId = await subscribe(api);
    const work = await spend(api, await imagesOf(api, customerId));
    const imageId = (work.result as { imageIds: string[] }).imageIds[0]!;
    // The studio makes PNGs alone; this is what a provider of JPEGs would have left.
    const jpeg = await readFile(join(findPackageRoot(), 'examples/pictures/lagoon.jpg'));
    await writeFile(join(stack.home, 'objects/images', imageId, 'clean.png'), jpeg);
    const file = await api.get(`/v1/images/${imageId}/file?customerId=${customerId}`);
    expect(file.headers.get('content-type')).toBe('image/jpeg');
    expect(file.headers.get('content-disposition')).toContain(`"${imageId}.jpeg"`);
  });

  it('tells of every state of a spend as it comes, and stops at the end', async () => {
    const customerId = await arrive(api);
    const begun = await api.post<SpendAnswer>('/v1/spends', await imagesOf(api, customerId));
    const events = await api.get<string>(`/v1/spends/${begun.body.id}/events`);
    expect(events.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const states = [...events.body.matchAll(/^event: spend\ndata: (.*)$/gm)].map(
      ([, data]) => (JSON.parse(data!) as SpendView).status,
    );
    expect(states.at(-1)).toBe('succeeded');
    expect(states).toEqual([...new Set(states)]);
  });

  it('releases everything when a spend is canceled before its work is done', async () => {
    const customerId = await arrive(api);
    const request = await imagesOf(api, customerId, 3, 'a slow hill [studio: delay=20s]');
    const begun = await api.post<SpendAnswer>('/v1/spends', request);
    expect((await api.post(`/v1/spends/${begun.body.id}/cancel`)).status).toBe(202);
    const ended = await api.get<SpendView>(`/v1/spends/${begun.body.id}?wait=60`);
    expect(ended.body).toMatchObject({ status: 'canceled', credits: { captured: 0, released: 3 } });
    const again = await api.post<SpendAnswer>(`/v1/spends/${begun.body.id}/cancel`);
    expect(again).toMatchObject({ status: 202, body: { status: 'canceled' } });
    expect(await balanceOf(api, customerId)).toMatchObject({ available: 10, held: 0 });
  });

  it('says that nothing can be stopped when the workflow of a spend is gone, and leaves its hold to an operator', async () => {
    const customerId = await arrive(api);
    const request = await imagesOf(api, customerId, 3, 'a slow hill [studio: delay=20s]');
    const begun = await api.post<SpendAnswer>('/v1/spends', request);
    const { externalId } = (await api.get<{ externalId: string }>(`/v1/customers/${customerId}`)).body;
    await withTemporal(stack, async (client) => {
      const handle = client.workflow.getHandle(`spend/${begun.body.id}`);
      const { typedSearchAttributes } = await handle.describe();
      expect(typedSearchAttributes.get(SEARCH_ATTRIBUTES.externalId)).toBe(externalId);
      await handle.terminate('by mistake');
    });
    const refused = await api.post<SpendAnswer>(`/v1/spends/${begun.body.id}/cancel`);
    expect(refused).toMatchObject({
      status: 409,
      body: {
        code: 'state_conflict',
        spendId: begun.body.id,
        detail: expect.stringContaining('is gone, and its credits stay held') as string,
      },
    });
    expect(await balanceOf(api, customerId)).toMatchObject({ available: 7, held: 3 });
    await withTemporal(stack, async (client) => {
      const { events } = await client.workflow.getHandle(`spend/${begun.body.id}`).fetchHistory();
      const firstTask = events?.find(({ workflowTaskCompletedEventAttributes: done }) => Boolean(done));
      await client.workflowService.resetWorkflowExecution({
        namespace: stack.dev.temporalNamespace,
        workflowExecution: { workflowId: `spend/${begun.body.id}` },
        reason: 'a hold without a workflow',
        requestId: begun.body.id,
        workflowTaskFinishEventId: firstTask!.eventId!,
      });
    });
    expect((await api.post(`/v1/spends/${begun.body.id}/cancel`)).status).toBe(202);
    const ended = await api.get<SpendView>(`/v1/spends/${begun.body.id}?wait=60`);
    expect(ended.body).toMatchObject({ status: 'canceled', credits: { captured: 0, released: 3 } });
  });

  it('gives back what waits for a model that is taken away, and nothing else', async () => {
    const customerId = await subscribe(api);
    const training = await spend(api, {
      customerId,
      action: 'train_model',
      input: { name: 'Mine', visibility: 'private', uploadIds: await uploadPictures(api, customerId) },
    });
    const { modelId } = training.result as { modelId: string };
    const publicWork = await imagesOf(api, customerId, 1);
    const ownWork = { ...publicWork, input: { modelId, prompt: 'a hill', count: 2 } };
    const { pids } = await stack.readDev();
    // A provider that takes no work: what is asked of it waits.
    process.kill(pids.studio!, 'SIGSTOP');
    const begun = await Promise.all(
      [ownWork, ownWork, publicWork].map((request) => api.post<SpendAnswer>('/v1/spends', request)),
    );
    expect(begun.map(({ body }) => body.status)).toEqual(['reserved', 'reserved', 'reserved']);
    expect((await api.send('DELETE', `/v1/models/${modelId}`, { customerId })).status).toBe(204);
    process.kill(pids.studio!, 'SIGKILL');
    const ended = await Promise.all(
      begun.map(({ body }) => api.get<SpendView>(`/v1/spends/${body.id}?wait=60`)),
    );
    expect(ended.map(({ body }) => [body.status, body.credits.captured, body.credits.released])).toEqual([
      ['canceled', 0, 2],
      ['canceled', 0, 2],
      ['succeeded', 1, 0],
    ]);
    expect(await balanceOf(api, customerId)).toMatchObject({ available: 510 - 300 - 1, held: 0 });
  }, 120_000);

  it('gives the lost answer to whoever asks again when the API dies in the middle', async () => {
    const customerId = await arrive(api);
    const request = await imagesOf(api, customerId);
    const { pids } = await stack.readDev();
    const keys = Array.from({ length: 8 }, (_, index) => `lost ${String(index)}`);
    const lost = keys.map((key) => api.post('/v1/spends', request, { key }).catch(() => undefined));
    await until(async () => (await listSpends(customerId)).length > 0);
    process.kill(pids.api!, 'SIGKILL');
    await Promise.all(lost);
    await until(async () => (await api.get('/readyz').catch(() => undefined))?.status === 200);
    const answers = await Promise.all(
      keys.map((key) => api.post<SpendAnswer>('/v1/spends', request, { key })),
    );
    expect(answers.map(({ status }) => status)).toEqual(keys.map(() => 202));
    expect(new Set((await listSpends(customerId)).map(({ id }) => id))).toEqual(
      new Set(answers.map(({ body }) => body.id)),
    );
    await Promise.all(answers.map(({ body }) => api.get(`/v1/spends/${body.id}?wait=60`)));
    expect(await balanceOf(api, customerId)).toMatchObject({ available: 2, held: 0 });
  }, 120_000);

  it('says so within seconds when Temporal is away, and refuses as before', async () => {
    const customerId = await arrive(api);
    const request = await imagesOf(api, customerId, 1, 'a slow hill [studio: delay=30s]');
    const begun = await api.post<SpendAnswer>('/v1/spends', request);
    const { pids } = await stack.readDev();
    process.kill(pids.temporal!, 'SIGSTOP');
    try {
      const cancel = await api.post(`/v1/spends/${begun.body.id}/cancel`);
      expect(cancel).toMatchObject({ status: 503, body: { code: 'unavailable' } });
      expect(cancel.headers.get('retry-after')).toBe('1');
      expect((await api.post('/v1/spends', await imagesOf(api, customerId, 50))).status).toBe(402);
    } finally {
      process.kill(pids.temporal!, 'SIGCONT');
    }
    await until(async () => (await api.post(`/v1/spends/${begun.body.id}/cancel`)).status === 202);
    const ended = await api.get<SpendView>(`/v1/spends/${begun.body.id}?wait=60`);
    expect(ended.body.status).toBe('canceled');
  }, 90_000);

  it('says so within seconds when Postgres is frozen, and goes on when it is not', async () => {
    const customerId = await arrive(api);
    const request = await imagesOf(api, customerId);
    const frozen = await withChildren((await stack.readDev()).pids.postgres!);
    for (const pid of frozen) process.kill(pid, 'SIGSTOP');
    try {
      const balance = `/v1/customers/${customerId}/balance`;
      const asked = [api.get(balance), api.get(balance), api.post('/v1/spends', request, { key: 'frozen' })];
      for (const answer of await Promise.all(asked)) {
        expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } });
      }
    } finally {
      for (const pid of frozen) process.kill(pid, 'SIGCONT');
    }
    const begin = () => api.post<SpendAnswer>('/v1/spends', request, { key: 'frozen' });
    await until(async () => (await begin()).status === 202);
    const ended = await api.get<SpendView>(`/v1/spends/${(await begin()).body.id}?wait=60`);
    expect(ended.body.status).toBe('succeeded');
    expect(await balanceOf(api, customerId)).toMatchObject({ available: 9, held: 0 });
  }, 90_000);

  it('loses nothing that it acknowledged and doubles nothing when Postgres is killed', async () => {
    const customerId = await arrive(api);
    await adjust(customerId, 990);
    const { pids } = await stack.readDev();
    const hold = (index: number) =>
      api.post(
        '/v1/holds',
        { customerId, credits: 1, reference: 'under fire', capture: true },
        { key: String(index) },
      );
    const keys = Array.from({ length: 300 }, (_, index) => index);
    const acknowledged: number[] = [];
    const first = keys.map(async (key) => {
      const { status } = await hold(key);
      if (status === 201 && acknowledged.push(key) === 20) process.kill(pids.postgres!, 'SIGKILL');
      return status;
    });
    expect((await Promise.all(first)).filter((status) => status !== 201 && status !== 503)).toEqual([]);
    expect(acknowledged.length).toBeGreaterThanOrEqual(20);
    await until(async () => (await Promise.all(keys.map(hold))).every(({ status }) => status === 201));
    expect(await balanceOf(api, customerId)).toMatchObject({ available: 700, held: 0 });
  }, 90_000);

  it('passes its own audit after all that', async () => {
    const { body } = await api.get<{ ok: boolean; checks: { ok: boolean }[] }>('/v1/audit', {
      operator: true,
    });
    expect(body.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(body.ok).toBe(true);
  });

  async function sellOneLicense(customerId: string): Promise<void> {
    const artist = await arrive(api);
    const picture = await spend(api, await imagesOf(api, artist));
    const imageId = (picture.result as { imageIds: string[] }).imageIds[0]!;
    const before = await api.get(`/v1/images/${imageId}/file?customerId=${customerId}`);
    expect(before.headers.get('scrip-watermark')).toBe('true');
    const request = { customerId, action: 'license_image', input: { imageId } };
    const sales = await Promise.all(
      Array.from({ length: 5 }, () => api.post<SpendAnswer>('/v1/spends', request)),
    );
    expect(sales.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
    expect(new Set(sales.map(({ body }) => JSON.stringify(body.result))).size).toBe(1);
    expect(sales.reduce((sum, { body }) => sum + body.credits.captured, 0)).toBe(100);
    const after = await api.get(`/v1/images/${imageId}/file?customerId=${customerId}`);
    expect(after.headers.get('scrip-watermark')).toBe('false');
    const { licenseId } = sales[0]!.body.result as { licenseId: string };
    expect((await api.get(`/v1/licenses/${licenseId}?customerId=${customerId}`)).status).toBe(200);
    expect((await api.get(`/v1/licenses/${licenseId}?customerId=${artist}`)).status).toBe(404);
    expect((await api.get(`/v1/licenses/${licenseId}`)).status).toBe(404);
    // What cost nothing can be refunded once, and moves nothing.
    const free = sales.find(({ body }) => body.credits.captured === 0)!.body.id;
    const refund = () =>
      api.post<{ credits: number }>(`/v1/spends/${free}/refund`, { reason: 'Sorry' }, { operator: true });
    const balance = await balanceOf(api, customerId);
    expect(await refund()).toMatchObject({ status: 201, body: { credits: 0 } });
    expect(await refund()).toMatchObject({ status: 409, body: { refundable: 0 } });
    expect(await balanceOf(api, customerId)).toEqual(balance);
  }

  async function adjust(customerId: string, credits: number): Promise<void> {
    const request = { customerId, credits, reason: 'a present' };
    expect((await api.post('/v1/adjustments', request, { operator: true })).status).toBe(201);
  }

  async function listSpends(customerId: string): Promise<readonly SpendView[]> {
    const page = await api.get<{ data: SpendView[] }>(`/v1/customers/${customerId}/spends`);
    return page.body.data;
  }
});

/** A process and those that it started. */
async function withChildren(pid: number): Promise<readonly number[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=']);
  const all = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  return [pid, ...all.filter(([, parent]) => parent === pid).map(([child]) => child!)];
}

async function expectNoWorkflow({ dev }: TestStack, spendId: string): Promise<void> {
  await withTemporal({ dev }, (client) =>
    expect(client.workflow.getHandle(`spend/${spendId}`).describe()).rejects.toThrow(WorkflowNotFoundError),
  );
}

async function withTemporal(
  { dev }: Pick<TestStack, 'dev'>,
  ask: (client: TemporalClient) => Promise<void>,
): Promise<void> {
  const connection = await Connection.connect({ address: dev.temporalAddress });
  try {
    await ask(new TemporalClient({ connection, namespace: dev.temporalNamespace }));
  } finally {
    await connection.close();
  }
}
