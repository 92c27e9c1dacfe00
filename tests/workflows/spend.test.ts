import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { instantOf } from '../../src/domain/instants';
import { findPackageRoot } from '../../src/platform/package-root';
import { deriveId, newId } from '../../src/platform/ids';
import type { ImageRow } from '../../src/store/images';
import { findJob } from '../../src/store/jobs';
import { getSpend } from '../../src/store/spends';
import { insertUpload } from '../../src/store/uploads';
import { spendWorkflowId } from '../../src/domain/keys';
import { SEARCH_ATTRIBUTES } from '../../src/workflows/messages';
import { cancelSpendSignal } from '../../src/workflows/spends/messages';
import { startLoopbackServer, type LoopbackServer } from '../../dev/stack/loopback-server';
import { openHouse, type House } from './house';
import { subscribe } from './subscribe';
import { generating, reserve, spendOf, spendToTheEnd, traceOf } from './spends';

describe('a spend', () => {
  let pictures: LoopbackServer;
  let aheadMs = 0;
  let house: House;
  let stopWorkers: () => Promise<void>;

  beforeAll(async () => {
    const picture = await readFile(join(findPackageRoot(), 'examples', 'pictures', 'lagoon.jpg'));
    pictures = await startLoopbackServer((_req, res) => res.end(picture));
    const clock = { now: () => Promise.resolve(instantOf(Date.now() + aheadMs)) };
    house = await openHouse({ publicUrl: pictures.url, clock });
    stopWorkers = await house.startWorkers();
  });

  afterAll(async () => {
    await stopWorkers();
    await house.stop();
    await pictures.stop();
  });

  const describeOf = async (spendId: string) =>
    house.client.workflow.getHandle(spendWorkflowId(spendId)).describe();
  const running = async (spendId: string) => {
    while ((await getSpend(house.db, spendId)).status === 'reserved') await tick();
  };

  it('captures what was delivered, keeps the pictures, and stays within 16 events', async () => {
    const spend = spendOf(await house.newCustomer(10), 'whole', generating('a harbour', 4));
    expect(await reserve(house, spend)).toEqual({ outcome: 'reserved', status: 'reserved' });
    expect(await house.client.workflow.getHandle(spendWorkflowId(spend.spendId)).result()).toBe('succeeded');
    expect(await traceOf(house, spend)).toMatchObject({
      status: 'succeeded',
      captured: 4,
      released: 0,
      balance: { available: 6, held: 0 },
      journal: ['grant 10', 'hold 4', 'capture 4'],
      images: [0, 1, 2, 3],
    });
    const image = await house
      .db<ImageRow>('app.images')
      .where({ spend_id: spend.spendId, position: 3 })
      .first();
    expect((await house.deps.objectStore.get(image!.object_key)).subarray(1, 4).toString()).toBe('PNG');
    expect(image).toMatchObject({ visibility: 'public', owner_id: spend.customerId });
    const described = await describeOf(spend.spendId);
    expect(described.historyLength).toBeLessThanOrEqual(16);
    expect(described.typedSearchAttributes.get(SEARCH_ATTRIBUTES.customer)).toBe(spend.customerId);
    expect(described.typedSearchAttributes.get(SEARCH_ATTRIBUTES.spendStatus)).toBe('succeeded');
  });

  it('costs what was delivered: three of four cost three, and a provider that fails gives everything back', async () => {
    const customerId = await house.newCustomer(10);
    const three = spendOf(customerId, 'three', generating('a city [studio: fail-at=3]', 4));
    expect(await spendToTheEnd(house, three)).toBe('succeeded');
    expect(await traceOf(house, three)).toMatchObject({ captured: 3, released: 1, images: [0, 1, 3] });
    const failed = spendOf(customerId, 'failed', generating('a city [studio: fail]', 4));
    expect(await spendToTheEnd(house, failed)).toBe('failed');
    expect(await traceOf(house, failed)).toMatchObject({
      captured: 0,
      released: 4,
      failure: 'provider_error',
      balance: { available: 7, held: 0 },
    });
    const half = spendOf(customerId, 'half', generating('a city [studio: fail-after=2]', 4));
    expect(await spendToTheEnd(house, half)).toBe('failed');
    expect(await traceOf(house, half)).toMatchObject({ captured: 2, released: 2, images: [0, 1] });
    const refused = spendOf(customerId, 'refused', generating('a city [studio: reject]', 4));
    expect(await spendToTheEnd(house, refused)).toBe('failed');
    expect(await traceOf(house, refused)).toMatchObject({ released: 4, failure: 'content_rejected_input' });
  });

  it('asks the provider by the spend before it submits again, when an answer was lost', async () => {
    const spend = spendOf(await house.newCustomer(10), 'lost', generating('a lake [studio: lose-ack]', 2));
    expect(await spendToTheEnd(house, spend)).toBe('succeeded');
    expect(await traceOf(house, spend)).toMatchObject({ captured: 2, images: [0, 1] });
    expect(await findJob(house.db, spend.spendId)).toMatchObject({ providerId: spend.spendId });
  });

  it('answers the same request, sent twenty times at once, with one spend and one hold', async () => {
    const spend = spendOf(await house.newCustomer(10), 'twenty', generating('a tree', 2));
    const answers = await Promise.all(Array.from({ length: 20 }, () => reserve(house, spend)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    await house.client.workflow.getHandle(spendWorkflowId(spend.spendId)).result();
    expect(await reserve(house, spend)).toEqual(answers[0]);
    expect((await traceOf(house, spend)).journal).toEqual(['grant 10', 'hold 2', 'capture 2']);
  });

  it('never holds more than there is, however many ask at once', async () => {
    const customerId = await house.newCustomer(10);
    const spends = Array.from({ length: 25 }, (_, index) =>
      spendOf(customerId, `race ${index}`, generating('a stone')),
    );
    const answers = await Promise.all(spends.map((spend) => reserve(house, spend)));
    expect(answers.filter(({ outcome }) => outcome === 'reserved')).toHaveLength(10);
    expect(answers.find(({ outcome }) => outcome === 'refused')).toMatchObject({
      code: 'insufficient_credits',
      details: { required: 1, shortfall: 1 },
    });
    const results = await Promise.all(
      spends.map(({ spendId }) => house.client.workflow.getHandle(spendWorkflowId(spendId)).result()),
    );
    expect(results.filter((result) => result === 'succeeded')).toHaveLength(10);
    expect((await traceOf(house, spends[0]!)).balance).toEqual({ available: 0, held: 0, owed: 0 });
  });

  it('refuses what the rules forbid, in words, and holds nothing', async () => {
    const customerId = await house.newCustomer(10);
    const unknown = {
      action: 'generate_images',
      input: { modelId: 'mdl_none', prompt: 'x', count: 1 },
    } as const;
    expect(await reserve(house, spendOf(customerId, 'unknown', unknown))).toMatchObject({
      outcome: 'refused',
      code: 'not_found',
    });
    const license = { action: 'license_image', input: { imageId: 'img_none' } } as const;
    expect(await reserve(house, spendOf(customerId, 'none', license))).toMatchObject({ code: 'not_found' });
    const spend = spendOf(customerId, 'unknown', unknown);
    expect((await traceOf(house, spend)).journal).toEqual(['grant 10']);
    const described = await describeOf(spend.spendId);
    expect(described.status.name).toBe('COMPLETED');
    expect(described.typedSearchAttributes.get(SEARCH_ATTRIBUTES.spendStatus)).toBe('refused');
  });

  it('stops at the wish of the customer, before the start and on the way, and charges what was there', async () => {
    const customerId = await house.newCustomer(10);
    const early = spendOf(customerId, 'early', generating('a hill [studio: delay=60s]', 2));
    await house.client.workflow.signalWithStart('spend', {
      workflowId: spendWorkflowId(early.spendId),
      taskQueue: 'scrip-spends',
      args: [early],
      signal: cancelSpendSignal,
    });
    expect(await house.client.workflow.getHandle(spendWorkflowId(early.spendId)).result()).toBe('canceled');
    expect(await traceOf(house, early)).toMatchObject({ status: 'canceled', captured: 0, released: 2 });
    expect(await findJob(house.db, early.spendId)).toBeUndefined();

    const later = spendOf(customerId, 'later', generating('a hill [studio: delay=60s]', 2));
    await reserve(house, later);
    await running(later.spendId);
    const handle = house.client.workflow.getHandle(spendWorkflowId(later.spendId));
    await handle.signal(cancelSpendSignal);
    expect(await handle.result()).toBe('canceled');
    expect(await traceOf(house, later)).toMatchObject({
      status: 'canceled',
      released: 2,
      balance: { available: 10, held: 0 },
    });
    expect((await findJob(house.db, later.spendId))?.lastObject?.status).toBe('canceled');
  });

  it('waits for the activity that does the work when it is asked to stop, and begins no second one beside it', async () => {
    const request = generating('a hill [studio: delay=60s, no-webhook]', 2);
    const spend = spendOf(await house.newCustomer(10), 'alone', request);
    await reserve(house, spend);
    await running(spend.spendId);
    const workflowId = spendWorkflowId(spend.spendId);
    const handle = house.client.workflow.getHandle(workflowId);
    await handle.signal(cancelSpendSignal);
    expect(await handle.result()).toBe('canceled');
    expect(await traceOf(house, spend)).toMatchObject({ status: 'canceled', released: 2 });
    expect(house.faults.attempts(workflowId, 'runJob')).toBe(1);
  });

  it('settles also when somebody fails its activity by hand: what that one left is stopped', async () => {
    const spend = spendOf(await house.newCustomer(10), 'failed', generating('a hill [studio: delay=60s]', 2));
    await reserve(house, spend);
    await running(spend.spendId);
    const workflowId = spendWorkflowId(spend.spendId);
    const handle = house.client.workflow.getHandle(workflowId);
    const { raw } = await handle.describe();
    await house.client.workflowService.respondActivityTaskFailedById({
      namespace: house.address.namespace,
      workflowId,
      activityId: raw.pendingActivities?.[0]?.activityId ?? '',
      failure: { message: 'by hand', applicationFailureInfo: { nonRetryable: true } },
    });
    expect(await handle.result()).toBe('canceled');
    expect(await traceOf(house, spend)).toMatchObject({ status: 'canceled', balance: { held: 0 } });
    expect((await findJob(house.db, spend.spendId))?.lastObject?.status).toBe('canceled');
  });

  it('takes a cancel of the workflow by an operator for the same wish', async () => {
    const spend = spendOf(await house.newCustomer(10), 'operator', generating('a hill [studio: delay=60s]'));
    await reserve(house, spend);
    await running(spend.spendId);
    const handle = house.client.workflow.getHandle(spendWorkflowId(spend.spendId));
    await handle.cancel();
    expect(await handle.result()).toBe('canceled');
    expect(await traceOf(house, spend)).toMatchObject({ status: 'canceled', balance: { held: 0 } });
  });

  it('gives everything back when the deadline passes, and charges nothing for what comes too late', async () => {
    const spend = spendOf(await house.newCustomer(10), 'late', generating('a sea [studio: delay=60s]', 2));
    await reserve(house, spend);
    await running(spend.spendId);
    const minutes = house.catalog.policies.jobDeadlineMinutes;
    aheadMs = minutes * 60_000 + 1_000;
    try {
      const handle = house.client.workflow.getHandle(spendWorkflowId(spend.spendId));
      expect(await handle.result()).toBe('failed');
    } finally {
      aheadMs = 0;
    }
    expect(await traceOf(house, spend)).toMatchObject({ failure: 'timeout', captured: 0, released: 2 });
    expect((await findJob(house.db, spend.spendId))?.lastObject?.status).toBe('canceled');
  });

  it('trains a model, generates with it in private, and gives back a training that fails', async () => {
    const customerId = await house.newCustomer(1000);
    await subscribe(house, customerId, 'standard');
    const uploadIds = await Promise.all(['a', 'b', 'c'].map(() => upload(house, customerId)));
    const request = {
      action: 'train_model',
      input: { name: 'Mine', visibility: 'private', uploadIds },
    } as const;
    const training = spendOf(customerId, 'train', request);
    expect(await spendToTheEnd(house, training)).toBe('succeeded');
    expect(await traceOf(house, training)).toMatchObject({ captured: 300, models: ['ready'] });
    const modelId = deriveId('mdl', training.spendId);
    expect((await getSpend(house.db, training.spendId)).result).toEqual({ modelId });
    const picture = spendOf(customerId, 'own', {
      action: 'generate_images',
      input: { modelId, prompt: 'a boat', count: 1 },
    });
    expect(await spendToTheEnd(house, picture)).toBe('succeeded');
    const image = await house.db<ImageRow>('app.images').where({ spend_id: picture.spendId }).first();
    expect(image).toMatchObject({ visibility: 'private', model_id: modelId });

    const input = { ...request.input, name: 'Worse [studio: fail]' };
    const failing = spendOf(customerId, 'fails', { ...request, input });
    expect(await spendToTheEnd(house, failing)).toBe('failed');
    expect(await traceOf(house, failing)).toMatchObject({ captured: 0, released: 300, models: ['failed'] });
  });

  it('sells a licence once in one transaction and within nine events', async () => {
    const artist = await house.newCustomer(10);
    const shown = spendOf(artist, 'shown', generating('a bridge'));
    await spendToTheEnd(house, shown);
    const imageId = deriveId('img', shown.spendId, 0);
    const request = { action: 'license_image', input: { imageId } } as const;
    const customerId = await house.newCustomer(250);
    expect(await reserve(house, spendOf(customerId, 'too early', request))).toMatchObject({
      code: 'plan_required',
    });
    await subscribe(house, customerId, 'standard');
    const first = spendOf(customerId, 'licence', request);
    expect(await reserve(house, first)).toEqual({ outcome: 'reserved', status: 'succeeded' });
    expect(await traceOf(house, first)).toMatchObject({
      status: 'succeeded',
      captured: 100,
      journal: ['grant 250', 'hold 100', 'capture 100'],
      licenses: [100],
    });
    expect((await describeOf(first.spendId)).historyLength).toBeLessThanOrEqual(9);
    const again = spendOf(customerId, 'again', request);
    expect(await reserve(house, again)).toEqual({ outcome: 'reserved', status: 'succeeded' });
    expect(await traceOf(house, again)).toMatchObject({
      captured: 0,
      balance: { available: 150 },
      licenses: [100],
    });
    expect((await getSpend(house.db, again.spendId)).result).toEqual({
      licenseId: deriveId('lic', first.spendId),
    });
  });
});

/** One turn of the event loop and a little more, between two looks at the database. */
function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}

async function upload({ db }: House, customerId: string): Promise<string> {
  const id = newId('upl');
  const picture = { contentType: 'image/jpeg', width: 640, height: 480, bytes: 1000, isStripped: true };
  await insertUpload(db, { id, customerId, ...picture, objectKey: `uploads/${id}`, createdAt: instantOf(0) });
  return id;
}
