import { readFile, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DevJson } from '../../dev/stack/dev-json';
import { ended } from '../../dev/stack/launch';
import { PART_NAMES, type PartName } from '../../dev/stack/part';
import { identityOf, isRunning, type ProcessIdentity } from '../../dev/stack/process-identity';
import { launchStack, startStack, type TestStack } from '../support/start-stack';
import { apiAt, arrive, pictureOf } from './call-api';

const START_MS = 200_000;
/** A slow machine takes its time; the settling itself is a matter of seconds. */
const SETTLE_MS = 150_000;

/** One stack through all that may happen to it, on one folder of state; each test goes on from where the last one ended. */
describe('the embedded stack', () => {
  let stack: TestStack;
  let customerId: string;

  const restart = async (): Promise<void> => {
    stack = await startStack({ home: stack.home });
  };
  const api = () => apiAt(stack.url, stack.dev.apiKey);

  beforeAll(async () => {
    stack = await startStack();
  }, START_MS);

  afterAll(async () => {
    await stack.stop();
    await rm(stack.home, { recursive: true, force: true });
  });

  it('shows the addresses, a key and a first call, and tells programs the same in dev.json', async () => {
    const screen = stack.output();
    const { dev } = stack;
    for (const text of [dev.apiUrl, dev.temporalUiUrl, dev.apiKey, `curl -s ${dev.apiUrl}/v1/customers`]) {
      expect(screen).toContain(text);
    }
    expect(Object.keys(dev)).toEqual([
      'apiUrl',
      'apiKey',
      'operatorKey',
      'databaseUrl',
      'databaseOwnerUrl',
      'temporalAddress',
      'temporalNamespace',
      'temporalUiUrl',
      'stripeUrl',
      'stripeSecretKey',
      'stripeWebhookSecret',
      'studioUrl',
      'jobsWebhookSecret',
      'pids',
    ]);
    expect(Object.keys(dev.pids).sort()).toEqual(['stack', ...PART_NAMES].sort());
    expect(dev.temporalUiUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/namespaces\/scrip\/workflows$/);
    const ui = await fetch(String(dev.temporalUiUrl));
    expect(ui.status).toBe(200);
    expect(screen).toContain(`${dev.apiUrl}/docs/operators`);
  });

  it('has a catalog, two keys and three public models from the first start', async () => {
    const models = await api().get('/v1/models?visibility=public');
    expect(models.body['data']).toHaveLength(3);
    expect((await api().get('/v1/catalog')).body).toMatchObject({ version: 'exactly-2024' });
    expect((await api().get('/v1/audit')).status).toBe(403);
    expect((await apiAt(stack.url, stack.dev.operatorKey).get('/v1/audit')).body).toMatchObject({ ok: true });
    customerId = await arrive(api(), 'ada');
  });

  it('keeps a second stack away from its state', async () => {
    const second = launchStack(stack.home);
    expect(await ended(second.child)).toEqual({ code: 1, signal: null });
    expect(second.output()).toContain(`Another stack (process ${String(stack.dev.pids.stack)}) runs`);
    expect(existsSync(join(stack.home, 'dev.json'))).toBe(true);
  });

  it.each(['postgres', 'temporal', 'stripe', 'studio', 'worker', 'api'] as const)(
    'starts %s again when it dies, says so, and tells programs its new process',
    async (name) => {
      const fresh = await killAndAwaitNext(name);
      expect(stack.output()).toContain(`${name} ended (SIGKILL); starting it again`);
      expect(await isAlive(fresh)).toBe(true);
    },
  );

  it('serves spends after every part has been replaced', async () => {
    const spend = await api().post('/v1/spends', await pictureOf(api(), customerId, 'a harbour', 1));
    expect(spend.status).toBe(202);
    const done = await api().get(`/v1/spends/${String(spend.body['id'])}?wait=30`);
    expect(done.body).toMatchObject({
      status: 'succeeded',
      credits: { reserved: 1, captured: 1, released: 0 },
    });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends on %s with exit code 0 and nothing left behind',
    async (signal) => {
      const identities = await identitiesOf(await stack.readDev());
      stack.process.kill(signal);
      expect(await ended(stack.process)).toEqual({ code: 0, signal: null });
      expect(await Promise.all(identities.map(isRunning))).toEqual(identities.map(() => false));
      expect(existsSync(join(stack.home, 'dev.json'))).toBe(false);
      await restart();
    },
    START_MS,
  );

  it('finds the same customers, keys and addresses at the next start', async () => {
    const { dev } = stack;
    const text = await readFile(join(stack.home, 'secrets.json'), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ apiKey: dev.apiKey, operatorKey: dev.operatorKey });
    expect((await api().get(`/v1/customers/${customerId}`)).body).toMatchObject({ externalId: 'ada' });
    expect((await api().get(`/v1/customers/${customerId}/balance`)).body).toMatchObject({ available: 9 });
  });

  it(
    'finishes a running spend after every process was killed at once and the stack was started again',
    async () => {
      const request = await pictureOf(api(), customerId, 'four boats [studio: delay=2s]', 4);
      const spend = await api().post('/v1/spends', request);
      expect(spend.body).toMatchObject({ status: 'reserved' });
      const id = String(spend.body['id']);
      await stack.kill();
      const stale = JSON.parse(await readFile(join(stack.home, 'dev.json'), 'utf8')) as DevJson;
      await restart();
      expect(stack.dev.pids).not.toEqual(stale.pids);
      const done = await settledSpend(id, SETTLE_MS);
      expect(done).toMatchObject({ status: 'succeeded', credits: { reserved: 4, captured: 4, released: 0 } });
      expect((await api().get(`/v1/customers/${customerId}/balance`)).body).toMatchObject({
        available: 5,
        held: 0,
      });
    },
    START_MS,
  );

  it(
    'ends what a killed stack left behind and starts again',
    async () => {
      const before = await stack.readDev();
      const left = await identitiesOf(before);
      stack.process.kill('SIGKILL');
      await ended(stack.process);
      await restart();
      expect(await Promise.all(left.map(isRunning))).toEqual(left.map(() => false));
      expect((await api().get(`/v1/customers/${customerId}`)).status).toBe(200);
    },
    START_MS,
  );

  it(
    'gives up with a clear error when a part dies five times within a minute',
    async () => {
      for (let death = 1; death < 5; death += 1) await killAndAwaitNext('studio');
      killPart((await stack.readDev()).pids.studio);
      expect(await ended(stack.process)).toEqual({ code: 1, signal: null });
      expect(stack.output()).toContain(
        'studio ended 5 times within a minute (SIGKILL), so the stack gives up',
      );
      expect(stack.output()).toContain(join(stack.home, 'logs', 'studio.log'));
      expect(existsSync(join(stack.home, 'dev.json'))).toBe(false);
    },
    START_MS,
  );

  /** Answers the process of now, when dev.json has it. */
  async function killAndAwaitNext(name: PartName): Promise<number> {
    const old = (await stack.readDev()).pids[name];
    killPart(old);
    for (;;) {
      const now = (await stack.readDev()).pids[name];
      if (now !== undefined && now !== old) return now;
      await delay(25);
    }
  }

  async function settledSpend(id: string, withinMs: number): Promise<Readonly<Record<string, unknown>>> {
    const seconds = Math.max(1, Math.floor(withinMs / 1000));
    return (await api().get(`/v1/spends/${id}?wait=${String(Math.min(30, seconds))}`)).body;
  }
});

function killPart(pid: number | undefined): void {
  if (pid === undefined) throw new Error('the part has no process');
  process.kill(pid, 'SIGKILL');
}

async function isAlive(pid: number): Promise<boolean> {
  return (await identityOf(pid)) !== undefined;
}

async function identitiesOf({ pids }: DevJson): Promise<readonly ProcessIdentity[]> {
  const found = await Promise.all(Object.values(pids).map((pid) => identityOf(pid)));
  return found.filter((identity) => identity !== undefined);
}
