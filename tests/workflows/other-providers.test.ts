import type { IncomingMessage, ServerResponse } from 'node:http';
import { MockActivityEnvironment } from '@temporalio/testing';
import sharp from 'sharp';
import { reserveSpend } from '../../src/activities/spends/reserve-spend';
import { runJob } from '../../src/activities/spends/run-job';
import type { JobOutcome } from '../../src/activities/spends/work';
import { settleSpend } from '../../src/activities/spends/settle-spend';
import { epochMsOf, instantOf, type Instant } from '../../src/domain/instants';
import { createHttpJobs } from '../../src/jobs/http-jobs';
import { findJob } from '../../src/store/jobs';
import { deleteModel, insertModel } from '../../src/store/models';
import type { SpendInput } from '../../src/workflows/spends/messages';
import { startLoopbackServer, type LoopbackServer } from '../../dev/stack/loopback-server';
import { SECRET, TOKEN } from '../studio/test-studio';
import { openHouse, type House } from './house';
import { generating, spendOf, traceOf } from './spends';

describe('work at a provider with ways of its own', () => {
  let house: House;
  let provider: LoopbackServer;
  let answer: (req: IncomingMessage, res: ServerResponse) => void;

  beforeAll(async () => {
    house = await openHouse();
    provider = await startLoopbackServer((req, res) => answer(req, res));
  });

  afterAll(async () => {
    await provider.stop();
    await house.stop();
  });

  const wallNow = () => instantOf(Date.now());
  const minutesLater = (at: Instant, minutes: number) => instantOf(epochMsOf(at) + minutes * 60_000);
  const reserved = async (prompt: string, count: number): Promise<SpendInput> => {
    const spend = spendOf(await house.newCustomer(10), prompt, generating(prompt, count));
    await reserveSpend(house.deps, { spend, at: wallNow() });
    return spend;
  };
  /** Runs the work and settles it; `now` is what the worker's clock says. */
  const runToTheEnd = async (spend: SpendInput, deadlineAt: Instant, now = wallNow) => {
    const jobs = createHttpJobs({
      baseUrl: provider.url,
      token: TOKEN,
      webhookSecret: SECRET,
      submit: 'put',
      now: wallNow,
    });
    const deps = { ...house.deps, jobs, clock: { now: () => Promise.resolve(now()) } };
    const { spendId } = spend;
    const outcome: JobOutcome = await new MockActivityEnvironment().run(() =>
      runJob(deps, { spendId, deadlineAt, stop: false }),
    );
    await settleSpend(house.deps, { spendId, outcome, at: wallNow() });
    return traceOf(house, spend);
  };
  const picture = (side: number) =>
    sharp({ create: { width: side, height: side, channels: 3, background: '#336699' } })
      .png()
      .toBuffer();
  const says = (res: ServerResponse, body: unknown) => res.end(JSON.stringify(body));

  it('takes pictures of any size and no more than were asked for; what is no picture was not delivered', async () => {
    const [tiny, large] = await Promise.all([picture(1), picture(700)]);
    const outputs: Readonly<Record<string, Buffer>> = { '/large': large, '/more': large };
    answer = (req, res) => {
      if (req.url === '/text') res.end('no picture');
      else if (req.url === '/gone') res.writeHead(404).end();
      else if (outputs[req.url ?? ''] !== undefined) res.end(outputs[req.url ?? '']);
      else {
        const paths = ['/text', '/gone', null, '/large', '/more', '/more'];
        const urls = paths.map((path) => (path === null ? null : provider.url + path));
        const output = [`data:image/png;base64,${tiny.toString('base64')}`, ...urls];
        says(res, { id: 'job_any', status: 'succeeded', output, metrics: { outputs_delivered: 99 } });
      }
    };
    const spend = await reserved('any size', 5);
    const trace = await runToTheEnd(spend, minutesLater(wallNow(), 60));
    expect(trace).toMatchObject({ status: 'succeeded', captured: 2, released: 3, images: [0, 4] });
    const recorded = (await findJob(house.db, spend.spendId))?.lastObject?.outputs;
    expect(recorded?.[0]).toMatch(/^data:image\/png;base64,.{1,20}$/);
    expect(recorded?.[4]).toBe(`${provider.url}/large`);
  });

  it('fetches outputs side by side, so that one that hangs does not hold up the others', async () => {
    const bytes = await picture(64);
    let letFirstGo: () => void = () => undefined;
    answer = (req, res) => {
      if (req.url === '/first') letFirstGo = () => res.end(bytes);
      else if (req.url === '/second') {
        res.end(bytes);
        letFirstGo();
      } else {
        const output = [`${provider.url}/first`, `${provider.url}/second`];
        says(res, { id: 'job_side', status: 'succeeded', output });
      }
    };
    const trace = await runToTheEnd(await reserved('side by side', 2), minutesLater(wallNow(), 60));
    expect(trace).toMatchObject({ status: 'succeeded', captured: 2, images: [0, 1] });
  });

  it('pays for what ended in time, however late it is seen, and not for what ended late', async () => {
    const bytes = await picture(64);
    const deadlineAt = minutesLater(wallNow(), 60);
    const endingAt = async (name: string, completedAt: Instant) => {
      let asked = 0;
      answer = (req, res) => {
        asked += 1;
        const output = [`${provider.url}/output`];
        if (req.url === '/output') res.end(bytes);
        else if (asked === 1) says(res, { id: `job_${name}`, status: 'processing' });
        else says(res, { id: `job_${name}`, status: 'succeeded', output, completed_at: completedAt });
      };
      const spend = await reserved(name, 1);
      const lookAt = () => (asked < 2 ? wallNow() : minutesLater(deadlineAt, 30));
      const trace = await runToTheEnd(spend, deadlineAt, lookAt);
      expect((await findJob(house.db, spend.spendId))?.lastObject?.status).toBe('succeeded');
      return trace;
    };
    expect(await endingAt('in time', minutesLater(deadlineAt, -1))).toMatchObject({
      captured: 1,
      images: [0],
    });
    expect(await endingAt('late', minutesLater(deadlineAt, 1))).toMatchObject({
      status: 'failed',
      failure: 'timeout',
      captured: 0,
      released: 1,
      images: [],
    });
  });

  it('tells a provider that could not be asked until the deadline to stop what it may have begun', async () => {
    const told: string[] = [];
    answer = (req, res) => {
      if (req.method === 'POST') told.push(req.url ?? '');
      if (req.method === 'POST') says(res, {});
      else if (req.method === 'PUT') res.destroy();
      else res.writeHead(500).end();
    };
    const spend = await reserved('mute', 2);
    const deadlineAt = minutesLater(wallNow(), 60);
    let looks = 0;
    const now = () => ((looks += 1) < 4 ? wallNow() : minutesLater(deadlineAt, 1));
    expect(await runToTheEnd(spend, deadlineAt, now)).toMatchObject({ failure: 'timeout', released: 2 });
    expect(told).toEqual([`/predictions/${spend.spendId}/cancel`]);
  });

  it('gives back what waited for a model that was deleted meanwhile, and asks nobody for it', async () => {
    let asked = 0;
    answer = (_req, res) => {
      asked += 1;
      says(res, { id: 'job_never', status: 'succeeded', output: [] });
    };
    const customerId = await house.newCustomer(10);
    const modelId = 'mdl_short_lived';
    await insertModel(house.db, {
      id: modelId,
      ownerId: customerId,
      name: 'Short-lived',
      visibility: 'public',
      status: 'ready',
      version: 'house-paper-garden-1',
      spendId: null,
      createdAt: wallNow(),
    });
    const input = { modelId, prompt: 'a lake', count: 2 };
    const spend = spendOf(customerId, 'deleted', { action: 'generate_images', input });
    await reserveSpend(house.deps, { spend, at: wallNow() });
    await deleteModel(house.db, modelId);
    expect(await runToTheEnd(spend, minutesLater(wallNow(), 60))).toMatchObject({
      status: 'canceled',
      captured: 0,
      released: 2,
    });
    expect(asked).toBe(0);
  });
});
