import express from 'express';
import { ActivityCancellationDetails } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { recordLateJob } from '../../src/activities/spends/record-late-job';
import { reserveSpend } from '../../src/activities/spends/reserve-spend';
import { runJob } from '../../src/activities/spends/run-job';
import type { JobOutcome } from '../../src/activities/spends/work';
import { settleSpend } from '../../src/activities/spends/settle-spend';
import { answerError } from '../../src/api/http/answer-error';
import type { ApiDeps } from '../../src/api/deps';
import { presentationOf } from '../../src/api/presentation';
import { receiveJobReport } from '../../src/api/operations/webhooks/receive-job-report';
import { serveOperation } from '../../src/api/http/serve-operation';
import { instantOf } from '../../src/domain/instants';
import { createCogJobs } from '../../src/jobs/cog-jobs';
import type { Jobs } from '../../src/jobs/jobs';
import { createReplicateJobs } from '../../src/jobs/replicate-jobs';
import { listAllAlarms } from '../../src/store/alarms';
import { listenForJobs } from '../../src/store/job-notices';
import { findJob } from '../../src/store/jobs';
import type { SpendInput } from '../../src/workflows/spends/messages';
import { startCog, type Cog } from '../../dev/providers/start-cog';
import { startReplicate, type Replicate } from '../../dev/providers/start-replicate';
import { startLoopbackServer, type LoopbackServer } from '../../dev/stack/loopback-server';
import { SECRET, TOKEN } from '../studio/test-studio';
import { openHouse, type House } from './house';
import { generating, spendOf, traceOf } from './spends';

/** Long enough for a picture, short enough to be waited for. */
const SILENCE_MS = 400;

describe('work at providers that report by a token in the address', () => {
  let house: House;
  let api: LoopbackServer;
  let jobs: Jobs;
  let stopListening: () => Promise<void>;

  beforeAll(async () => {
    house = await openHouse();
    const deps = {
      ...house.deps,
      presentation: presentationOf({ temporalUi: undefined }),
      get jobs() {
        return jobs;
      },
    } as unknown as ApiDeps;
    const app = express();
    app.post('/webhooks/jobs/:token', serveOperation({ operation: receiveJobReport }, deps));
    app.use(answerError(deps));
    api = await startLoopbackServer(app);
    stopListening = listenForJobs(house.databaseUrl, {
      notice: (spendId) => void house.deps.jobNotices.announce(spendId),
      error: () => undefined,
    });
  });

  afterAll(async () => {
    await stopListening();
    await api.stop();
    await house.stop();
  });

  const now = () => instantOf(Date.now());
  const depsNow = () => ({ ...house.deps, jobs, publicUrl: api.url, jobSilenceMs: SILENCE_MS });
  const reserved = async (prompt: string, count = 2): Promise<SpendInput> => {
    const spend = spendOf(await house.newCustomer(10), prompt, generating(prompt, count));
    await reserveSpend(depsNow(), { spend, at: now() });
    return spend;
  };
  const run = ({ spendId }: SpendInput, stop = false): Promise<JobOutcome> => {
    const deadlineAt = instantOf(Date.now() + 60_000);
    return new MockActivityEnvironment().run(() => runJob(depsNow(), { spendId, deadlineAt, stop }));
  };
  const settled = async (spend: SpendInput, outcome: JobOutcome) => {
    await settleSpend(depsNow(), { spendId: spend.spendId, outcome, at: now() });
    return traceOf(house, spend);
  };
  const until = async (isThere: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await isThere())) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  const ringing = async () =>
    (await listAllAlarms(house.db)).filter(({ kind }) => kind === 'silent_job').map(({ subject }) => subject);

  describe('a bare Cog', () => {
    let cog: Cog;
    beforeEach(async () => {
      cog = await startCog({ port: 0 });
      jobs = createCogJobs({
        baseUrl: cog.url,
        token: '',
        webhookSecret: SECRET,
        trainingUrl: undefined,
        weightsInput: undefined,
      });
    });
    afterEach(() => cog.stop());

    it('is paid for what its report delivers, and the pictures are not kept in the report', async () => {
      const spend = await reserved('a hill');
      const outcome = await run(spend);
      expect((await findJob(house.db, spend.spendId))?.heardObject?.outputs).toHaveLength(2);
      expect(await settled(spend, outcome)).toMatchObject({
        status: 'succeeded',
        captured: 2,
        images: [0, 1],
      });
      expect(await findJob(house.db, spend.spendId)).toMatchObject({ heardObject: null, lastObject: {} });
    });

    it('says why a job failed', async () => {
      const spend = await reserved('x [fail]');
      const outcome = await run(spend);
      expect(outcome.end.failure).toEqual({ code: 'provider_error', detail: 'out of paint' });
      expect(await settled(spend, outcome)).toMatchObject({ status: 'failed', captured: 0, released: 2 });
    });

    it('goes on after a restart of the worker from what was reported meanwhile', async () => {
      const spend = await reserved('a bay [wait]');
      const environment = new MockActivityEnvironment();
      const deadlineAt = instantOf(Date.now() + 60_000);
      const first: Promise<JobOutcome> = environment.run(() =>
        runJob(depsNow(), { spendId: spend.spendId, deadlineAt, stop: false }),
      );
      await until(() => cog.begun.length === 1);
      await until(async () => typeof (await findJob(house.db, spend.spendId))?.heardAt === 'string');
      environment.cancel('WORKER_SHUTDOWN', new ActivityCancellationDetails({ workerShutdown: true }));
      await expect(first).rejects.toMatchObject({ type: 'attempt_over' });
      cog.goOn();
      expect(await settled(spend, await run(spend))).toMatchObject({ captured: 2, images: [0, 1] });
      expect(cog.begun).toHaveLength(1);
    });

    it('is asked by the same submit when it is silent, and is left alone while the job runs', async () => {
      const spend = await reserved('a cape [wait]');
      const running = run(spend);
      await until(() => cog.puts.length > 2);
      expect(await ringing()).toEqual([]);
      cog.goOn();
      expect(await settled(spend, await running)).toMatchObject({ captured: 2 });
      expect(cog.begun).toHaveLength(1);
    });

    it('begins anew, once, what it has forgotten', async () => {
      const spend = await reserved('a dune [wait]');
      const running = run(spend);
      await until(() => cog.begun.length === 1);
      cog.forget();
      await until(() => cog.begun.length === 2);
      cog.goOn();
      expect(await settled(spend, await running)).toMatchObject({ captured: 2, images: [0, 1] });
    });

    it('gives up a job that is forgotten again, long before its deadline', async () => {
      const spend = await reserved('a dyke [mute]');
      const outcome = await run(spend);
      expect(outcome.end.failure?.detail).toMatch(/lost the job twice/);
      expect(await settled(spend, outcome)).toMatchObject({ status: 'failed', captured: 0, released: 2 });
      expect(cog.begun).toHaveLength(3);
    });

    it('has a person told when it is gone, and told again when it is back', async () => {
      const spend = await reserved('a fjord [wait]');
      const running = run(spend);
      await until(() => cog.begun.length === 1);
      const port = Number(new URL(cog.url).port);
      await cog.stop();
      await until(async () => (await ringing()).includes(spend.spendId));
      const [alarm] = await listAllAlarms(house.db);
      expect(alarm?.todo).toMatch(/has not reported on it for/);
      cog = await startCog({ port });
      await until(() => cog.begun.length === 1);
      cog.goOn();
      expect(await settled(spend, await running)).toMatchObject({ captured: 2 });
      expect(await ringing()).toEqual([]);
    });

    it('is told to stop, and what it has forgotten is not begun again for that', async () => {
      const spend = await reserved('a glen [wait]');
      const environment = new MockActivityEnvironment();
      const deadlineAt = instantOf(Date.now() + 60_000);
      const first: Promise<JobOutcome> = environment.run(() =>
        runJob(depsNow(), { spendId: spend.spendId, deadlineAt, stop: false }),
      );
      await until(() => cog.begun.length === 1);
      environment.cancel('WORKER_SHUTDOWN', new ActivityCancellationDetails({ workerShutdown: true }));
      await expect(first).rejects.toMatchObject({ type: 'attempt_over' });
      cog.forget();
      expect(await settled(spend, await run(spend, true))).toMatchObject({ status: 'canceled', released: 2 });
      expect(cog.begun).toHaveLength(1);
    });

    it('reports in vain without the token, or about a job of which nobody knows', async () => {
      const post = (token: string, body: string) =>
        fetch(`${api.url}/webhooks/jobs/${token}`, { method: 'POST', body }).then(({ status }) => status);
      const spend = await reserved('a moor [wait]');
      const running = run(spend);
      await until(() => cog.begun.length === 1);
      const end = JSON.stringify({
        id: spend.spendId,
        status: 'succeeded',
        output: ['https://evil.example/1'],
      });
      const token = jobs.webhookPath(spend.spendId).split('/').at(-1)!;
      expect(await post(spend.spendId, end)).toBe(404);
      expect(await post(`${spend.spendId}.${'A'.repeat(43)}`, end)).toBe(404);
      expect(await post(jobs.webhookPath('spd_nobody').split('/').at(-1)!, end)).toBe(404);
      expect(await post(token, '{"id":"spd_other","status":"succeeded"}')).toBe(400);
      expect((await findJob(house.db, spend.spendId))?.heardObject?.status).not.toBe('succeeded');
      cog.goOn();
      expect(await settled(spend, await running)).toMatchObject({ captured: 2 });
      expect(await post(token, end)).toBe(200);
      await recordLateJob(depsNow(), spend.spendId);
      expect(await traceOf(house, spend)).toMatchObject({ captured: 2, images: [0, 1] });
      expect((await findJob(house.db, spend.spendId))?.heardObject).toBeNull();
    });
  });

  describe('Replicate', () => {
    let replicate: Replicate;
    beforeEach(async () => {
      replicate = await startReplicate({ port: 0, token: TOKEN, webhookSecret: SECRET });
      jobs = createReplicateJobs({
        baseUrl: replicate.url,
        token: TOKEN,
        webhookSecret: SECRET,
        trainerVersion: '',
        trainingDestination: undefined,
        outputHosts: ['127.0.0.1'],
        now,
      });
    });
    afterEach(() => replicate.stop());

    it('is paid for what it delivers', async () => {
      const spend = await reserved('a mesa');
      expect(await settled(spend, await run(spend))).toMatchObject({ captured: 2, images: [0, 1] });
    });

    it('is never submitted to twice, and a job whose create was not answered is found in its list', async () => {
      const spend = await reserved('a pass [lose-ack] [mute]');
      expect(await settled(spend, await run(spend))).toMatchObject({ captured: 2, images: [0, 1] });
      expect(replicate.created).toHaveLength(1);
    });

    it('names a job whose create was not answered by its report, before any list does', async () => {
      const spend = await reserved('a peak [lose-ack] [unlisted]');
      expect(await settled(spend, await run(spend))).toMatchObject({ captured: 2, images: [0, 1] });
      expect(replicate.created).toHaveLength(1);
    });

    it('has a person told when it does not answer, and nothing is submitted again', async () => {
      const spend = await reserved('a reef [wait] [mute]');
      const running = run(spend);
      await until(async () => typeof (await findJob(house.db, spend.spendId))?.providerId === 'string');
      replicate.refuse(503);
      await until(async () => (await ringing()).includes(spend.spendId));
      replicate.refuse(undefined);
      replicate.goOn();
      expect(await settled(spend, await running)).toMatchObject({ captured: 2 });
      expect(await ringing()).toEqual([]);
      expect(replicate.created).toHaveLength(1);
    });
  });
});
