import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cycleStart } from '../../src/domain/billing-calendar';
import type { Instant } from '../../src/domain/instants';
import { hasRowsToRollUp } from '../../src/ledger/roll-up';
import { createDatabase } from '../../src/platform/database';
import { ended } from '../../dev/stack/launch';
import { startStack, type TestStack } from '../support/start-stack';
import { connectSandbox, type SandboxClient } from '../scenarios/sandbox-client';

interface Played {
  readonly customerId: string;
  readonly subscriptionId: string;
}

describe('the sandbox', () => {
  let stack: TestStack;
  let sandbox: SandboxClient;
  let names = 0;

  beforeAll(async () => {
    stack = await startStack({ program: 'dev/sandbox.mjs' });
    const { apiUrl, operatorKey, stripeUrl, stripeSecretKey } = stack.dev;
    sandbox = connectSandbox({ apiUrl, operatorKey, stripeUrl: stripeUrl!, stripeSecretKey });
  }, 180_000);

  afterAll(async () => {
    await stack.stop();
  });

  const newcomer = async (): Promise<string> => {
    const { body } = await sandbox.post('/v1/customers', { externalId: `newcomer-${(names += 1)}` });
    return body['id'] as string;
  };
  const subscribe = async (plan = 'standard'): Promise<Played> => {
    const customerId = await newcomer();
    const opened = await sandbox.post('/v1/subscriptions', {
      customerId,
      plan,
      interval: 'month',
      collection: 'checkout',
    });
    expect(opened.status).toBe(201);
    const { id, checkoutUrl } = opened.body as { id: string; checkoutUrl: string };
    expect(await sandbox.payCheckout(checkoutUrl, '4242424242424242')).toBe(303);
    return { customerId, subscriptionId: id };
  };
  const available = async (customerId: string): Promise<number> =>
    (await sandbox.get(`/v1/customers/${customerId}/balance`)).body['available'] as number;

  it('has a clock that runs by itself, moves forward when it is told to, and never back', async () => {
    const before = await sandbox.now();
    const after = await sandbox.advance({ by: 'P1Y2M' });
    expect(Date.parse(after) - Date.parse(cycleStart(before as Instant, 14))).toBeLessThan(60_000);
    expect((await sandbox.now()) >= after).toBe(true);
    for (const target of [
      { to: before },
      { by: 'P1X' },
      { by: '-P1D' },
      { to: 'soon' },
      { to: '9999-12-31' },
      {},
    ]) {
      const { status, body } = await sandbox.post('/sandbox/clock/advance', target);
      expect([status, body['code']]).toEqual([400, 'invalid_request']);
    }
    const anonymous = await fetch(`${stack.url}/sandbox/clock`);
    expect(anonymous.status).toBe(401);
  });

  it('goes on after more years than the time server lets one run last', async () => {
    const before = await sandbox.now();
    const customerId = await newcomer();
    await sandbox.advance({ by: 'P11Y' });
    const after = await sandbox.advance({ by: 'P1D' });
    expect(after > cycleStart(before as Instant, 11 * 12)).toBe(true);
    expect(await available(customerId)).toBe(10);
  });

  it('lets a year of one subscription pass, month after month, from 31 January on', async () => {
    const year = Number((await sandbox.now()).slice(0, 4)) + 1;
    await sandbox.advance({ to: `${year}-01-31T10:00:00Z` });
    const { customerId, subscriptionId } = await subscribe();
    await sandbox.advance({ by: 'PT1M' });
    expect(await available(customerId)).toBe(510);
    await sandbox.advance({ by: 'P1YT2H' });
    expect(await available(customerId)).toBe(510 + 12 * 500);
    const { body } = await sandbox.get(`/v1/subscriptions/${subscriptionId}`);
    expect(body).toMatchObject({ status: 'active', cycle: 12, anchorAt: expect.any(String) as string });
    const statement = await sandbox.get(`/v1/customers/${customerId}/statement?limit=100`);
    const grants = (statement.body['data'] as { code: string; at: string }[]).filter(
      ({ code }) => code === 'grant',
    );
    const anchorAt = body['anchorAt'] as Instant;
    // A renewal is a draft for an hour before it is charged; then the grant follows; time goes on while anything runs.
    for (const [index, { at }] of grants.slice(0, 12).entries()) {
      const lateMs = Date.parse(at) - Date.parse(cycleStart(anchorAt, 12 - index));
      expect(lateMs).toBeLessThan(2 * 3_600_000);
    }
  });

  it('lets a month of fifty subscriptions pass', async () => {
    const played: Played[] = [];
    for (let batch = 0; batch < 10; batch += 1) {
      played.push(...(await Promise.all(Array.from({ length: 5 }, () => subscribe()))));
    }
    await sandbox.advance({ by: 'PT1M' });
    await sandbox.advance({ by: 'P1MT2H' });
    const balances = await Promise.all(played.map(({ customerId }) => available(customerId)));
    expect(balances).toEqual(played.map(() => 1010));
  });

  it('ends a hold at its very instant, and the month goes on to its end', async () => {
    const customerId = await newcomer();
    const expiresAt = new Date(Date.parse(await sandbox.now()) + 86_400_000).toISOString();
    const hold = await sandbox.post('/v1/holds', { customerId, credits: 4, reference: 'work', expiresAt });
    expect([hold.status, await available(customerId)]).toEqual([201, 6]);
    await sandbox.advance({ by: 'P1M' });
    expect(await available(customerId)).toBe(10);
    const { body } = await sandbox.get(`/v1/customers/${customerId}/statement`);
    const release = (body['data'] as { code: string; at: string }[]).find(({ code }) => code === 'release');
    expect(Math.abs(Date.parse(release!.at) - Date.parse(expiresAt))).toBeLessThan(60_000);
  });

  it('rolls the ledger up as it goes on, and takes up an erasure that was lost', async () => {
    const db = createDatabase(stack.dev.databaseUrl);
    try {
      const customerId = await newcomer();
      await db('app.customers')
        .where({ id: customerId })
        .update({ erasing_at: await sandbox.now() });
      await sandbox.advance({ by: 'P1D' });
      const { erased_at: erasedAt } = (await db<{ id: string; erased_at: Instant | null }>('app.customers')
        .where({ id: customerId })
        .first())!;
      expect(erasedAt).not.toBeNull();
      const sums = await db.raw<{ rows: { rolled: string; made: string }[] }>(
        `SELECT (SELECT sum(credits) FROM ledger.rollups WHERE code = 'grant') AS rolled,
           (SELECT sum(credits) FROM ledger.journal WHERE code = 'grant') AS made`,
      );
      expect(sums.rows[0]!.rolled).toBe(sums.rows[0]!.made);
      expect(await hasRowsToRollUp(db)).toBe(false);
    } finally {
      await db.destroy();
    }
  });

  it('waits for work that is being done before it lets a day pass', async () => {
    const customerId = await newcomer();
    const { body: models } = await sandbox.get('/v1/models?visibility=public');
    const modelId = (models['data'] as { id: string }[])[0]!.id;
    const input = { modelId, prompt: 'a harbour [studio: delay=1s]', count: 2 };
    const spend = await sandbox.post('/v1/spends', { customerId, action: 'generate_images', input });
    expect(spend.status).toBe(202);
    await sandbox.advance({ by: 'P1D' });
    const { body } = await sandbox.get(`/v1/spends/${String(spend.body['id'])}`);
    expect(body).toMatchObject({ status: 'succeeded', credits: { captured: 2 } });
    expect(await available(customerId)).toBe(8);
  });

  it('advances once for each of several calls at once', async () => {
    const before = Date.parse(await sandbox.now());
    await Promise.all([1, 2, 3].map(() => sandbox.advance({ by: 'P1D' })));
    const passed = Date.parse(await sandbox.now()) - before;
    expect(passed).toBeGreaterThanOrEqual(3 * 86_400_000);
    expect(passed).toBeLessThan(3 * 86_400_000 + 60_000);
  });

  it('starts the API again when it dies, tells programs its new process, and is at the same instant', async () => {
    const before = await sandbox.now();
    const old = stack.dev.pids.api!;
    process.kill(old, 'SIGKILL');
    let dev = await stack.readDev();
    while (dev.pids.api === old) {
      await delay(100);
      dev = await stack.readDev();
    }
    expect(dev).toEqual({ ...stack.dev, pids: { ...stack.dev.pids, api: dev.pids.api } });
    expect(stack.output()).toContain('api ended (SIGKILL); starting it again');
    expect((await sandbox.now()) >= before).toBe(true);
  });

  it('has books that are right after all of it', async () => {
    const { body } = await sandbox.get('/v1/audit');
    expect(body).toMatchObject({ ok: true });
  });

  it('stops and says so when its worker dies, and leaves nothing of its state', async () => {
    process.kill(stack.dev.pids.worker!, 'SIGKILL');
    expect((await ended(stack.process)).code).toBe(1);
    expect(stack.output()).toContain('worker ended (SIGKILL), and nothing can replace it');
    for (const name of ['dev.json', 'run.json', 'sandbox']) {
      expect(existsSync(join(stack.home, name))).toBe(false);
    }
  });
});
