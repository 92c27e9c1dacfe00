import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultPayloadConverter } from '@temporalio/common';
import type { JobDetails } from '../../src/activities/spends/job-news';
import { deriveId } from '../../src/platform/ids';
import { findJob } from '../../src/store/jobs';
import { getSpend } from '../../src/store/spends';
import { spendWorkflowId } from '../../src/domain/keys';
import { SEARCH_ATTRIBUTES } from '../../src/workflows/messages';
import {
  cancelSpendSignal,
  giveUpUpdate,
  SPEND_WORKFLOW,
  spendStart,
  type SpendInput,
} from '../../src/workflows/spends/messages';
import { startLoopbackServer, type LoopbackServer } from '../../dev/stack/loopback-server';
import { recordLateJob } from '../../src/activities/spends/record-late-job';
import { cardOf, updatesOf } from './card';
import { openHouse, type House } from './house';
import { generating, reserve, spendOf, spendToTheEnd, traceOf } from './spends';

describe('a spend in trouble', () => {
  let studioUrl = '';
  /** Between the workers and the studio: takes requests and answers nothing while the provider is silent. */
  let line: LoopbackServer;
  let isSilent = false;
  let house: House;
  let stopWorkers: () => Promise<void>;

  beforeAll(async () => {
    line = await startLoopbackServer((req, res) => {
      if (!isSilent) forward(studioUrl, req, res);
    });
    house = await openHouse({
      providerAt(url) {
        studioUrl = url;
        return line.url;
      },
    });
    stopWorkers = await house.startWorkers();
  });

  afterEach(() => {
    isSilent = false;
  });

  afterAll(async () => {
    await stopWorkers();
    await house.stop();
    await line.stop();
  });

  /** A file where the store would make a folder: no picture can be stored. */
  const breakStore = () => writeFile(join(house.objectsFolder, 'images'), 'in the way');
  const mendStore = () => rm(join(house.objectsFolder, 'images'));
  const handleOf = ({ spendId }: SpendInput) => house.client.workflow.getHandle(spendWorkflowId(spendId));
  const begin = async (key: string, prompt: string, count = 2): Promise<SpendInput> => {
    const spend = spendOf(await house.newCustomer(10), key, generating(prompt, count));
    await reserve(house, spend);
    return spend;
  };
  const running = async ({ spendId }: SpendInput) => {
    while ((await getSpend(house.db, spendId)).status === 'reserved') await tick();
  };
  /** The heartbeat details of the pending activity, as the Web UI shows them, once they are as wanted. */
  const details = async (
    spend: SpendInput,
    wanted: (details: JobDetails) => boolean,
  ): Promise<JobDetails> => {
    for (;;) {
      const { raw } = await handleOf(spend).describe();
      const payload = raw.pendingActivities?.[0]?.heartbeatDetails?.payloads?.[0];
      const told =
        payload === undefined ? undefined : defaultPayloadConverter.fromPayload<JobDetails>(payload);
      if (told !== undefined && wanted(told)) return told;
      await tick();
    }
  };
  const giveUp = (spend: SpendInput, reason: string) =>
    handleOf(spend).executeUpdate(giveUpUpdate, { args: [{ reason }] });

  it('says in its heartbeats what it waits for, what the provider last said, and that it does not answer', async () => {
    const spend = await begin('provider', 'a hill [studio: delay=60s]');
    const well = await details(spend, ({ provider }) => provider.startsWith('said at'));
    expect(well).toMatchObject({
      phase: expect.stringContaining('waiting for the provider to finish, until 20') as string,
      delivered: '0 of 2',
      lastTrouble: 'none',
    });
    isSilent = true;
    const ill = await details(spend, ({ lastTrouble }) => lastTrouble.includes('times'));
    expect(ill.lastTrouble).toMatch(/^The job provider does not answer: no answer in time\. \(since 20/);
    expect(ill.provider).toMatch(/^said at 20/);
    isSilent = false;
    await handleOf(spend).signal(cancelSpendSignal);
    expect(await handleOf(spend).result()).toBe('canceled');
  });

  it('says that the object store takes nothing, waits for it, and loses no picture', async () => {
    await breakStore();
    const spend = await begin('store', 'a hill');
    const ill = await details(spend, ({ lastTrouble }) => lastTrouble.startsWith('The object store'));
    expect(ill).toMatchObject({
      phase: 'fetching the pictures from the provider and storing them',
      delivered: '0 of 2',
      lastTrouble: expect.stringMatching(
        /The object store does not take a picture: E(NOTDIR|EXIST)/,
      ) as string,
    });
    await mendStore();
    expect(await handleOf(spend).result()).toBe('succeeded');
    expect(await traceOf(house, spend)).toMatchObject({ captured: 2, released: 0 });
  });

  it('tells on its card how much is held, where to look, and how it ended', async () => {
    const spend = await begin('card', 'a city [studio: fail]', 4);
    expect(await handleOf(spend).result()).toBe('failed');
    const card = await cardOf(handleOf(spend));
    expect(card).toContain('**4 images** for ');
    expect(card).toMatch(/\*\*failed\*\*: provider_error, .*; 4 held, 0 captured, 4 released\./);
    const { typedSearchAttributes } = await handleOf(spend).describe();
    expect(typedSearchAttributes.get(SEARCH_ATTRIBUTES.spendStatus)).toBe('failed');
    expect(typedSearchAttributes.get(SEARCH_ATTRIBUTES.failure)).toBe('provider_error');
  });

  it('is found from the start by its status and by the integrator’s own id, unless that is an e-mail address', async () => {
    const customerId = await house.newCustomer(10);
    const start = async (key: string, externalId: string) => {
      const spend = spendOf(customerId, key, generating('a hill [studio: delay=60s]'));
      const handle = await house.client.workflow.start(SPEND_WORKFLOW, spendStart(spend, externalId));
      const { typedSearchAttributes, staticSummary } = await handle.describe();
      await handle.signal(cancelSpendSignal);
      await handle.result();
      expect(await staticSummary()).toBe(`1 image for ${customerId}`);
      return typedSearchAttributes;
    };
    const named = await start('named', 'ada');
    expect(named.get(SEARCH_ATTRIBUTES.externalId)).toBe('ada');
    expect(named.get(SEARCH_ATTRIBUTES.spendStatus)).toBe('reserved');
    const mailed = await start('mailed', 'ada@example.com');
    expect(mailed.get(SEARCH_ATTRIBUTES.externalId)).toBeUndefined();
    expect(mailed.get(SEARCH_ATTRIBUTES.customer)).toBe(customerId);
  });

  it('ends when an operator gives it up, long before its deadline, without a word of the provider', async () => {
    const spend = await begin('dead', 'a hill [studio: delay=60s]');
    await running(spend);
    isSilent = true;
    for (const wrong of [undefined, {}, { reason: '' }, { reason: 7 }])
      await expect(handleOf(spend).executeUpdate('giveUp', { args: [wrong] })).rejects.toThrow();
    expect(await giveUp(spend, 'the provider burns')).toEqual({ outcome: 'done' });
    expect(await giveUp(spend, 'another reason')).toEqual({ outcome: 'done' });
    expect(await handleOf(spend).result()).toBe('failed');
    expect(await traceOf(house, spend)).toMatchObject({
      failure: 'given_up',
      captured: 0,
      released: 2,
      balance: { available: 10, held: 0 },
    });
    expect((await getSpend(house.db, spend.spendId)).failure).toEqual({
      code: 'given_up',
      detail: 'the provider burns',
    });
    expect(await cardOf(handleOf(spend))).toContain(
      '**failed**: given_up, the provider burns; 2 held, 0 captured, 2 released.',
    );
    const { typedSearchAttributes } = await handleOf(spend).describe();
    expect(typedSearchAttributes.get(SEARCH_ATTRIBUTES.failure)).toBe('given_up');
  });

  it('is given up also when it was asked to stop before and the provider is silent', async () => {
    const spend = await begin('twice', 'a hill [studio: delay=60s]');
    await running(spend);
    isSilent = true;
    await handleOf(spend).signal(cancelSpendSignal);
    await details(spend, ({ phase }) => phase.startsWith('trying to tell the provider to stop'));
    expect(await cardOf(handleOf(spend))).toContain('**Asked to stop**');
    expect(await giveUp(spend, 'silent')).toEqual({ outcome: 'done' });
    expect(await handleOf(spend).result()).toBe('failed');
    expect(await traceOf(house, spend)).toMatchObject({ failure: 'given_up', released: 2 });
  });

  it('captures what was stored when it is given up, and releases the rest', async () => {
    const spend = spendOf(await house.newCustomer(10), 'half', generating('a hill', 2));
    const images = join(house.objectsFolder, 'images');
    await mkdir(images, { recursive: true });
    await writeFile(join(images, deriveId('img', spend.spendId, 1)), 'in the way of the second picture');
    await reserve(house, spend);
    await details(
      spend,
      ({ delivered, lastTrouble }) => delivered === '1 of 2' && lastTrouble.startsWith('The object store'),
    );
    await giveUp(spend, 'half is enough');
    expect(await handleOf(spend).result()).toBe('failed');
    expect(await traceOf(house, spend)).toMatchObject({
      failure: 'given_up',
      captured: 1,
      released: 1,
      images: [0],
    });
    await rm(images, { recursive: true });
  });

  it('waits for a broken store no longer when it is given up, and releases what is not stored', async () => {
    await breakStore();
    const spend = await begin('room', 'a hill');
    await details(spend, ({ lastTrouble }) => lastTrouble.startsWith('The object store'));
    expect(await giveUp(spend, 'no room')).toEqual({ outcome: 'done' });
    expect(await handleOf(spend).result()).toBe('failed');
    await mendStore();
    expect(await traceOf(house, spend)).toMatchObject({ failure: 'given_up', captured: 0, released: 2 });
  });

  it('tells a provider that is there to stop, and charges nothing for what it finishes all the same', async () => {
    const spend = await begin('late', 'a hill [studio: delay=60s]');
    await running(spend);
    await giveUp(spend, 'too slow');
    expect(await handleOf(spend).result()).toBe('failed');
    expect((await findJob(house.db, spend.spendId))?.lastObject?.status).toBe('canceled');

    const deaf = await begin('deaf', 'a hill [studio: delay=2s]');
    await running(deaf);
    isSilent = true;
    await giveUp(deaf, 'deaf');
    expect(await handleOf(deaf).result()).toBe('failed');
    isSilent = false;
    await house.studio.finished(`/predictions/${deaf.spendId}`);
    await recordLateJob(house.deps, deaf.spendId);
    expect((await findJob(house.db, deaf.spendId))?.lastObject?.status).toBe('succeeded');
    expect(await traceOf(house, deaf)).toMatchObject({ failure: 'given_up', captured: 0, released: 2 });
  });

  it('is given up although its workers die before they have heard of it', async () => {
    const spend = await begin('workers', 'a hill [studio: delay=60s]');
    await running(spend);
    isSilent = true;
    expect(await giveUp(spend, 'dead')).toEqual({ outcome: 'done' });
    await stopWorkers();
    stopWorkers = await house.startWorkers();
    expect(await handleOf(spend).result()).toBe('failed');
    expect(await traceOf(house, spend)).toMatchObject({ failure: 'given_up', released: 2 });
  });

  it('shows operators what they may send before what Scrip sends itself', async () => {
    const spend = spendOf(await house.newCustomer(10), 'updates', generating('a hill'));
    await spendToTheEnd(house, spend);
    expect(await updatesOf(handleOf(spend))).toEqual({ operators: ['giveUp'], inner: ['reserve'] });
  });
});

function forward(to: string, req: IncomingMessage, res: ServerResponse): void {
  const { method = 'GET', url = '/', headers } = req;
  const passed = request(new URL(url, to), { method, headers }, (answer) => {
    res.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(res);
  });
  passed.on('error', () => res.destroy());
  req.pipe(passed);
}

/** One turn of the event loop and a little more, between two looks. */
function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
