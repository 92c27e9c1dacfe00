import type { Action } from '../../src/domain/catalog/catalog';
import { plus, type Duration } from '../../src/domain/durations';
import { listStatement } from '../../src/ledger/list-statement';
import { spendWorkflowId } from '../../src/domain/keys';
import type { ImageRow } from '../../src/store/images';
import { getSpend } from '../../src/store/spends';
import { publishCatalog } from '../../src/store/publish-catalog';
import { parseCatalog } from '../../src/store/catalogs/read-catalog';
import type { SpendInput } from '../../src/workflows/spends/messages';
import { ANY_ACTIONS, catalogTextWith } from '../support/any-catalog';
import { openHouse, type House } from './house';
import { generating, HOUSE_MODEL_ID, reserve, spendOf, spendToTheEnd, traceOf } from './spends';

const ACTIONS = {
  ...ANY_ACTIONS,
  upscale_picture: { ...ANY_ACTIONS.upscale_picture, requires: 'upscale', deadline: 'PT30M' },
  doodle: { price: 0, quantity: 'input.count', runs: 'provider', delivers: 'images' },
  wave: { price: 0, runs: 'nothing' },
};

describe('a spend of an action that only a catalog names', () => {
  let house: House;
  let stopWorkers: () => Promise<void>;

  beforeAll(async () => {
    house = await openHouse();
    stopWorkers = await house.startWorkers();
    await publish('any-2027', ACTIONS);
  });

  afterAll(async () => {
    await stopWorkers();
    await house.stop();
  });

  const publish = async (version: string, actions: object): Promise<void> => {
    const text = catalogTextWith(version, actions, { right: 'upscale', plans: ['free'] });
    const at = await house.deps.clock.now();
    await house.asOwner((owner) => publishCatalog(owner, parseCatalog(text), [], at));
  };
  const asked = (customerId: string, action: string, input: object, runs: Action['runs'] = 'provider') => ({
    ...spendOf(customerId, `${action} ${JSON.stringify(input)}`, { action, input: { ...input } }),
    runs,
  });
  /** Everything that a history keeps of what was said in it. */
  const textsOfHistory = async ({ spendId }: SpendInput): Promise<string> => {
    const history = await house.client.workflow.getHandle(spendWorkflowId(spendId)).fetchHistory();
    return JSON.stringify(history, (_name, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString() : value,
    );
  };
  const reasons = async ({ customerId }: SpendInput) =>
    (await listStatement(house.db, customerId, { limit: 10 })).data.map(({ reason }) => reason);

  it('makes pictures without a model, shown to everybody like all that Free makes, and on no landing page', async () => {
    const spend = asked(await house.newCustomer(10), 'upscale_picture', { prompt: 'a hill', scale: 3 });
    expect(await spendToTheEnd(house, spend)).toBe('succeeded');
    expect(await traceOf(house, spend)).toMatchObject({ captured: 2, released: 0, images: [0] });
    const [image] = await house.db<ImageRow>('app.images').where({ spend_id: spend.spendId });
    expect(image).toMatchObject({ model_id: null, visibility: 'public' });
    expect(await reasons(spend)).toContain('Upscale picture: 1 picture');
  });

  it('is done by the deadline of its action', async () => {
    const spend = asked(await house.newCustomer(10), 'upscale_picture', { prompt: 'a lake', scale: 1 });
    await spendToTheEnd(house, spend);
    const { deadlineAt, createdAt } = await getSpend(house.db, spend.spendId);
    expect(deadlineAt).toBe(plus(createdAt, 'PT30M' as Duration));
  });

  it('keeps the JSON of its provider on the spend, and none of it in the history', async () => {
    const spend = asked(await house.newCustomer(10), 'read_picture', { prompt: 'a city', num_outputs: 4 });
    expect(await spendToTheEnd(house, spend)).toBe('succeeded');
    const kept = await getSpend(house.db, spend.spendId);
    expect(kept).toMatchObject({ unitCredits: 0.5, quantity: 4, captured: 2, result: null });
    expect(kept.output).toHaveLength(4);
    const [first] = kept.output as string[];
    const told = await textsOfHistory(spend);
    expect(told).toContain(spend.spendId);
    expect(told).not.toContain(first);
    expect(await reasons(spend)).toContain('Read picture: 4 lines');
  });

  it('has failed, and costs nothing, when the provider answers no output', async () => {
    const input = { prompt: 'a city [studio: fail]', num_outputs: 3 };
    const spend = asked(await house.newCustomer(10), 'read_picture', { ...input, num_outputs: 4 });
    expect(await spendToTheEnd(house, spend)).toBe('failed');
    expect(await traceOf(house, spend)).toMatchObject({
      captured: 0,
      released: 2,
      balance: { available: 10 },
    });
  });

  it('is paid at once where nothing runs, and once for each key', async () => {
    const spend = asked(await house.newCustomer(10), 'tip_artist', {}, 'nothing');
    expect(await reserve(house, spend)).toEqual({ outcome: 'reserved', status: 'succeeded' });
    expect(await reserve(house, spend)).toEqual({ outcome: 'reserved', status: 'succeeded' });
    expect(await traceOf(house, spend)).toMatchObject({
      captured: 5,
      journal: ['grant 10', 'hold 5', 'capture 5'],
    });
    expect(await reasons(spend)).toContain('Tip artist');
  });

  it('may cost nothing', async () => {
    const customerId = await house.newCustomer(1);
    const wave = asked(customerId, 'wave', {}, 'nothing');
    expect(await reserve(house, wave)).toEqual({ outcome: 'reserved', status: 'succeeded' });
    const doodle = asked(customerId, 'doodle', { modelId: HOUSE_MODEL_ID, prompt: 'a dot', count: 2 });
    expect(await spendToTheEnd(house, doodle)).toBe('succeeded');
    expect(await traceOf(house, doodle)).toMatchObject({
      captured: 0,
      images: [0, 1],
      journal: ['grant 1'],
    });
  });

  it('costs nothing the first time, and what failed does not count', async () => {
    const customerId = await house.newCustomer(10);
    const sketch = (prompt: string) =>
      asked(customerId, 'sketch', { modelId: HOUSE_MODEL_ID, prompt, count: 1 });
    const failed = sketch('a stone [studio: fail]');
    expect(await spendToTheEnd(house, failed)).toBe('failed');
    const first = sketch('a first stone');
    expect(await spendToTheEnd(house, first)).toBe('succeeded');
    expect(await traceOf(house, first)).toMatchObject({ captured: 0, journal: ['grant 10'], images: [0] });
    const second = sketch('a second stone');
    expect(await spendToTheEnd(house, second)).toBe('succeeded');
    expect(await traceOf(house, second)).toMatchObject({ captured: 2, balance: { available: 8 } });
  });

  it('goes on by the version that it began with, whatever is published meanwhile', async () => {
    const customerId = await house.newCustomer(10);
    const spend = asked(customerId, 'upscale_picture', { prompt: 'a tower [studio: delay=3s]', scale: 2 });
    await reserve(house, spend);
    await publish('other-2027', { tip_artist: ACTIONS.tip_artist });
    expect(await house.client.workflow.getHandle(spendWorkflowId(spend.spendId)).result()).toBe('succeeded');
    expect(await traceOf(house, spend)).toMatchObject({ captured: 2, images: [0] });
    const refused = asked(customerId, 'upscale_picture', { prompt: 'a second tower', scale: 2 });
    expect(await reserve(house, refused)).toMatchObject({ outcome: 'refused', code: 'not_sold' });
  });

  it('is refused by its workflow when the catalog has changed what it runs since the API asked', async () => {
    const spend = asked(await house.newCustomer(10), 'tip_artist', {}, 'provider');
    expect(await reserve(house, spend)).toMatchObject({ outcome: 'refused', code: 'not_sold' });
    const known = {
      ...spendOf(spend.customerId, 'as ever', generating('a fence')),
      runs: 'provider' as const,
    };
    expect(await spendToTheEnd(house, known)).toBe('succeeded');
  });
});
