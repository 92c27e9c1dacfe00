import type { SpendView } from '../../src/api/operations/spends/spend-view';
import { fileOf, scrip } from '../cli/scrip';
import { ANY_ACTIONS, catalogTextWith } from '../support/any-catalog';
import type { Problem } from './api-client';
import { arrive, balanceOf, imagesOf, spend, subscribe } from './people';
import { useStack } from './use-stack';

type SpendAnswer = SpendView & Problem;

const ACTIONS = { ...ANY_ACTIONS, hire_artist: { price: 50, runs: 'nothing', requires: 'hire' } };

describe('an action that only a catalog names', () => {
  const { stack, api } = useStack();
  let pinned: string;

  beforeAll(async () => {
    pinned = await subscribe(api);
    await publish('any-2027', ACTIONS);
  }, 240_000);

  const publish = async (version: string, actions: object): Promise<void> => {
    const text = catalogTextWith(version, actions, { right: 'hire', plans: ['pro', 'custom'] });
    const { code, stderr } = await scrip(stack.home, 'catalog', 'publish', await fileOf('any.yaml', text));
    expect([code, stderr]).toEqual([0, '']);
  };
  const post = (path: string, body: object, key?: string) =>
    api.post<SpendAnswer>(path, body, key === undefined ? {} : { key });
  const upscaling = (customerId: string, input: object = { prompt: 'a hill', scale: 2 }) => ({
    customerId,
    action: 'upscale_picture',
    input,
  });

  it('makes pictures without a model, which the public sees and no landing page shows', async () => {
    const customerId = await arrive(api);
    const quoted = await post('/v1/quotes', upscaling(customerId, { scale: 2 }));
    expect(quoted).toMatchObject({ status: 200, body: { credits: 2, allowed: true, quantity: 1 } });
    const work = await spend(api, upscaling(customerId));
    expect(work).toMatchObject({ status: 'succeeded', credits: { captured: 2 } });
    const { imageIds } = work.result as { imageIds: string[] };
    const image = await api.get(`/v1/images/${imageIds[0]!}`);
    expect(image).toMatchObject({ status: 200, body: { modelId: null, visibility: 'public' } });
    const file = await api.get(`/v1/images/${imageIds[0]!}/file`);
    expect(file.headers.get('scrip-watermark')).toBe('true');
  }, 60_000);

  it('answers with the JSON of its provider, and pays whole credits for units that cost a fraction', async () => {
    const customerId = await arrive(api);
    const reading = (lines: number) => ({
      customerId,
      action: 'read_picture',
      input: { prompt: 'a city', num_outputs: lines },
    });
    const work = await spend(api, reading(4));
    expect(work).toMatchObject({
      status: 'succeeded',
      unitCredits: 0.5,
      quantity: 4,
      credits: { captured: 2 },
    });
    expect((work.result as { output: unknown[] }).output).toHaveLength(4);
    for (const path of ['/v1/spends', '/v1/quotes']) {
      expect(await post(path, reading(3))).toMatchObject({
        status: 400,
        body: { code: 'price_not_computable', expression: '(0.5) * (input.num_outputs)' },
      });
    }
  }, 60_000);

  it('is done and answered at once where nothing runs', async () => {
    const customerId = await arrive(api);
    const tip = { customerId, action: 'tip_artist', input: {} };
    expect(await post('/v1/spends', tip, 'a tip')).toMatchObject({
      status: 201,
      body: { status: 'succeeded', credits: { captured: 5 }, result: null },
    });
    expect(await post('/v1/spends', tip, 'a tip')).toMatchObject({ status: 201, replayed: true });
    expect(await balanceOf(api, customerId)).toMatchObject({ available: 5, held: 0 });
  });

  it('costs nothing the first time, and the quote says so', async () => {
    const customerId = await arrive(api);
    const request = { ...(await imagesOf(api, customerId)), action: 'sketch' };
    const quoted = async () => (await post('/v1/quotes', request)).body.credits;
    expect(await quoted()).toBe(0);
    expect((await spend(api, request)).credits).toMatchObject({ reserved: 0, captured: 0 });
    expect(await quoted()).toBe(2);
    expect((await spend(api, request)).credits).toMatchObject({ reserved: 2, captured: 2 });
  }, 60_000);

  it('asks for a right that the catalog names, and says which plans have it', async () => {
    const customerId = await arrive(api);
    const hiring = { customerId, action: 'hire_artist', input: {} };
    const refused = await post('/v1/spends', hiring, 'a hire');
    expect(refused).toMatchObject({
      status: 403,
      body: { code: 'plan_required', plan: 'free', plans: ['pro', 'custom'] },
    });
    expect(await post('/v1/spends', hiring, 'a hire')).toMatchObject({ status: 403, replayed: true });
    expect(await post('/v1/quotes', hiring)).toMatchObject({
      status: 200,
      body: { allowed: false, reasons: ['plan_required'] },
    });
  });

  it('refuses a malformed input by its path, and an action that no catalog has with those there are', async () => {
    const customerId = await arrive(api);
    for (const who of [customerId, 'cus_nobody']) {
      expect(await post('/v1/spends', upscaling(who, { prompt: 'a hill', scale: 9 }))).toMatchObject({
        status: 400,
        body: { errors: [{ field: 'input.scale', message: 'must be at most 4' }] },
      });
      const unknown = await post('/v1/spends', { ...upscaling(who), action: 'mint_credits' });
      expect(unknown).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
      expect(unknown.body.detail).toContain('upscale_picture');
    }
    expect(await post('/v1/spends', upscaling('cus_nobody'))).toMatchObject({ status: 404 });
    const unstorable = upscaling(customerId, { prompt: 'a\u0000hill', scale: 1 });
    expect(await post('/v1/spends', unstorable)).toMatchObject({ status: 400 });
  });

  it('is not sold to who is pinned to a version without it, whose own spends go on', async () => {
    const request = upscaling(pinned);
    for (const path of ['/v1/spends', '/v1/quotes']) {
      expect(await post(path, request)).toMatchObject({
        status: 409,
        body: {
          code: 'not_sold',
          version: 'exactly-2024',
          actions: ['train_model', 'generate_images', 'license_image'],
        },
      });
    }
    expect((await spend(api, await imagesOf(api, pinned))).status).toBe('succeeded');
  }, 60_000);

  it('gives a faithful repeat its first answer when a later version sells it no more', async () => {
    const customerId = await arrive(api);
    const request = upscaling(customerId);
    const first = await post('/v1/spends', request, 'before');
    expect(first.status).toBe(202);
    await publish('later-2027', { tip_artist: ACTIONS.tip_artist });
    expect(await post('/v1/spends', request, 'before')).toMatchObject({
      status: 202,
      replayed: true,
      body: first.body,
    });
    const other = upscaling(customerId, { prompt: 'another', scale: 2 });
    expect(await post('/v1/spends', other, 'before')).toMatchObject({ status: 422 });
    expect(await post('/v1/spends', other)).toMatchObject({ status: 409, body: { code: 'not_sold' } });
  }, 60_000);
});
