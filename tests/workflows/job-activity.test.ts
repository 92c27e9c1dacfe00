import { MockActivityEnvironment } from '@temporalio/testing';
import { Client } from 'pg';
import { recordLateJob } from '../../src/activities/spends/record-late-job';
import { reserveSpend } from '../../src/activities/spends/reserve-spend';
import { runJob } from '../../src/activities/spends/run-job';
import type { JobOutcome } from '../../src/activities/spends/work';
import { settleSpend } from '../../src/activities/spends/settle-spend';
import type { ActivityDeps } from '../../src/activities/deps';
import { instantOf } from '../../src/domain/instants';
import { createHttpJobs } from '../../src/jobs/http-jobs';
import { listenForJobs, notifyJob } from '../../src/store/job-notices';
import { findJob, recordSubmitStarted } from '../../src/store/jobs';
import type { SpendInput } from '../../src/workflows/spends/messages';
import { SECRET, TOKEN } from '../studio/test-studio';
import { openHouse, type House } from './house';
import { generating, spendOf, traceOf } from './spends';

describe('the activity that runs a job', () => {
  let house: House;

  beforeAll(async () => {
    house = await openHouse();
  });

  afterAll(async () => {
    await house.stop();
  });

  const now = () => instantOf(Date.now());
  const soon = () => instantOf(Date.now() + 60_000);
  const reserved = async (prompt: string): Promise<SpendInput> => {
    const spend = spendOf(await house.newCustomer(10), prompt, generating(prompt, 2));
    await reserveSpend(house.deps, { spend, at: now() });
    return spend;
  };
  const run = (deps: ActivityDeps, spendId: string): Promise<JobOutcome> =>
    new MockActivityEnvironment().run(() => runJob(deps, { spendId, deadlineAt: soon(), stop: false }));

  it('never submits again blindly to a provider that can be asked by its own ids alone', async () => {
    const jobs = createHttpJobs({
      baseUrl: house.studio.url,
      token: TOKEN,
      webhookSecret: SECRET,
      submit: 'post',
      now,
      timeoutMs: 2_000,
    });
    const lost = await reserved('a pier [studio: lose-ack]');
    const outcome = await run({ ...house.deps, jobs }, lost.spendId);
    expect(outcome).toMatchObject({ end: { status: 'failed', delivered: 0 }, images: [] });
    await settleSpend(house.deps, { spendId: lost.spendId, outcome, at: now() });
    expect(await traceOf(house, lost)).toMatchObject({ balance: { available: 10, held: 0 } });

    const answered = await reserved('a pier');
    expect((await run({ ...house.deps, jobs }, answered.spendId)).end).toMatchObject({ delivered: 2 });
  });

  it('gives the same when it is run again, from what the provider and the database know', async () => {
    const { spendId } = await reserved('a quay');
    const first = await run(house.deps, spendId);
    expect(await run(house.deps, spendId)).toEqual(first);
  });

  it('is woken by a notice, also after the connection to the database broke', async () => {
    const { db, deps, databaseUrl } = house;
    const heard: string[] = [];
    let tell = (): void => undefined;
    const stop = listenForJobs(databaseUrl, {
      notice: (spendId) => {
        heard.push(spendId);
        tell();
      },
      error: () => undefined,
    });
    const hears = async (spendId: string) => {
      while (!heard.includes(spendId)) {
        await notifyJob(db, spendId);
        await new Promise<void>((resolve) => {
          tell = resolve;
          setTimeout(resolve, 100);
        });
      }
    };
    await hears('spd_first');
    const admin = new Client({ connectionString: databaseUrl });
    await admin.connect();
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'scrip-listen'`,
    );
    await admin.end();
    await hears('spd_second');
    await stop();

    let woken = 0;
    const unwatch = deps.jobNotices.watch('spd_third', () => (woken += 1));
    expect([deps.jobNotices.announce('spd_third'), deps.jobNotices.announce('spd_other')]).toEqual([
      true,
      false,
    ]);
    unwatch();
    expect([woken, deps.jobNotices.announce('spd_third')]).toEqual([1, false]);
  });

  it('leaves what comes too late on record, and uncharged', async () => {
    const late = await reserved('a fjord');
    const { spendId } = late;
    await recordSubmitStarted(house.db, spendId, 'predictions', now());
    const input = { prompt: 'a fjord', num_outputs: 2 };
    const version = 'house-paper-garden-1';
    await house.deps.jobs.submit({
      kind: 'predictions',
      spendId,
      version,
      input,
      webhookUrl: 'http://127.0.0.1:9',
    });
    const end = { status: 'failed', failure: null, delivered: 0 } as const;
    const outcome = { end, images: [], modelVersion: null };
    await settleSpend(house.deps, { spendId, outcome, at: now() });
    await house.studio.finished(`/predictions/${spendId}`);
    await recordLateJob(house.deps, spendId);
    expect((await findJob(house.db, spendId))?.lastObject?.status).toBe('succeeded');
    expect(await traceOf(house, late)).toMatchObject({ status: 'failed', captured: 0, released: 2 });
  });
});
