import { readdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack, type TestStack } from '../support/start-stack';
import { apiAt, arrive, pictureOf } from './call-api';
import { startOutsideWorld, type OutsideWorld } from './outside-world';

describe("a stack whose every part is somebody else's", () => {
  let folder: string;
  let outside: OutsideWorld;
  let stack: TestStack;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scrip-replaced-'));
    outside = await startOutsideWorld(folder);
    stack = await startStack({ env: outside.env });
  }, 200_000);

  afterAll(async () => {
    await outside.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('runs the API and the worker alone, and keeps none of the replaced state', async () => {
    expect(Object.keys((await stack.readDev()).pids).sort()).toEqual(['api', 'stack', 'worker']);
    expect(stack.dev).toMatchObject({
      databaseUrl: outside.env['DATABASE_URL'],
      temporalAddress: outside.env['TEMPORAL_ADDRESS'],
      temporalUiUrl: null,
      stripeUrl: outside.env['STRIPE_API_URL'],
      stripeSecretKey: outside.env['STRIPE_SECRET_KEY'],
      studioUrl: null,
      jobsWebhookSecret: outside.env['JOBS_WEBHOOK_SECRET'],
    });
    for (const part of ['postgres', 'temporal', 'stripe', 'studio', 'objects']) {
      expect(await readdir(stack.home)).not.toContain(part);
    }
  });

  it('makes a picture with all of them and stops with 0', async () => {
    await outside.seedModels();
    const api = apiAt(stack.url, stack.dev.apiKey);
    const customerId = await arrive(api, 'guest');
    const spend = await api.post('/v1/spends', await pictureOf(api, customerId, 'a pier', 1));
    const done = await api.get(`/v1/spends/${String(spend.body['id'])}?wait=30`);
    expect(done.body).toMatchObject({ status: 'succeeded' });
    expect(await readdir(join(folder, 'objects'))).not.toEqual([]);
    expect(await stack.stop()).toBe(0);
  });
});
