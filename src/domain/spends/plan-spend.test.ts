import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCatalog } from '../../store/catalogs/read-catalog';
import type { ImageFacts, ModelFacts } from '../works/visibility';
import { planSpend as planOf } from './plan-spend';
import { isTerminal, SPEND_STATUSES, type SpendRequest } from './spend';
import type { SpendFacts } from './spend-facts';

const CATALOG = parseCatalog(readFileSync(join(__dirname, '../../../catalog/exactly-2024.yaml'), 'utf8'));

const PUBLIC_MODEL: ModelFacts = {
  id: 'mdl_1',
  ownerId: 'artist',
  visibility: 'public',
  status: 'ready',
  version: 'v1',
};
const PUBLIC_IMAGE: ImageFacts = {
  id: 'img_1',
  ownerId: 'somebody',
  visibility: 'public',
  hidden: false,
  model: PUBLIC_MODEL,
  licensed: false,
};
const GENERATE: SpendRequest = {
  action: 'generate_images',
  input: { modelId: 'mdl_1', prompt: 'hills', count: 4 },
};
const LICENSE: SpendRequest = { action: 'license_image', input: { imageId: 'img_1' } };
const TRAIN: SpendRequest = {
  action: 'train_model',
  input: { name: 'Mine', visibility: 'public', uploadIds: ['upl_1', 'upl_2', 'upl_3'] },
};

type Facts = Omit<SpendFacts, 'action'>;

function facts(plan: string, more: Partial<Facts> = {}): Facts {
  return { customerId: 'me', plan: thing(CATALOG.plans, plan), catalog: CATALOG, ...more };
}

function planSpend({ action, input }: SpendRequest, known: Facts) {
  return planOf(input, { ...known, action: thing(CATALOG.actions, action) });
}

function thing<Thing>(things: ReadonlyMap<string, Thing>, id: string): Thing {
  const found = things.get(id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found;
}

describe('planning a spend', () => {
  it('prices images one by one and stamps what Free makes as public', () => {
    expect(planSpend(GENERATE, facts('free', { model: PUBLIC_MODEL }))).toMatchObject({
      allowed: true,
      credits: 4,
      unitCredits: 1,
      quantity: 4,
      visibility: 'public',
    });
  });

  it('stamps what a paid plan makes as private', () => {
    expect(planSpend(GENERATE, facts('standard', { model: PUBLIC_MODEL }))).toMatchObject({
      visibility: 'private',
    });
  });

  it.each([
    ['that does not exist', undefined],
    ['private and of somebody else', { ...PUBLIC_MODEL, visibility: 'private' as const }],
    [
      'deleted, private and of somebody else',
      { ...PUBLIC_MODEL, visibility: 'private' as const, status: 'deleted' as const },
    ],
    ["somebody else's and not trained yet", { ...PUBLIC_MODEL, status: 'training' as const, version: null }],
    ["somebody else's and never trained", { ...PUBLIC_MODEL, status: 'failed' as const, version: null }],
  ])('answers not_found for a model %s, on every plan', (_, model) => {
    for (const plan of ['free', 'pro'] as const) {
      expect(planSpend(GENERATE, facts(plan, { model }))).toMatchObject({
        allowed: false,
        code: 'not_found',
      });
    }
  });

  it('refuses a training where the provider trains nothing, after what the plan says, and no other work', () => {
    const own = { ownUploadIds: ['upl_1', 'upl_2', 'upl_3'], trainable: false };
    expect(planSpend(TRAIN, facts('pro', own))).toMatchObject({ allowed: false, code: 'provider_unable' });
    expect(planSpend(TRAIN, facts('free', own))).toMatchObject({ allowed: false, code: 'plan_required' });
    const model = { model: PUBLIC_MODEL, trainable: false };
    expect(planSpend(GENERATE, facts('pro', model))).toMatchObject({ allowed: true });
  });

  it('refuses Free to generate with its own private model, and to train', () => {
    const own = { ...PUBLIC_MODEL, ownerId: 'me', visibility: 'private' as const };
    const uploads = { ownUploadIds: ['upl_1', 'upl_2', 'upl_3'] };
    const refusal = {
      allowed: false,
      code: 'plan_required',
      details: { plan: 'free', plans: ['standard', 'pro', 'custom'] },
    };
    expect(planSpend(GENERATE, facts('free', { model: own }))).toMatchObject(refusal);
    expect(planSpend(TRAIN, facts('free', uploads))).toMatchObject(refusal);
  });

  it('judges existence before rights, and rights before the state of the model', () => {
    expect(planSpend(TRAIN, facts('free', { ownUploadIds: ['upl_1'] }))).toMatchObject({ code: 'not_found' });
    const own = {
      ...PUBLIC_MODEL,
      ownerId: 'me',
      visibility: 'private' as const,
      status: 'training' as const,
    };
    expect(planSpend(GENERATE, facts('free', { model: own }))).toMatchObject({ code: 'plan_required' });
    expect(planSpend(GENERATE, facts('pro', { model: own }))).toMatchObject({ code: 'model_unavailable' });
  });

  it('tells whoever knew a model that it is deleted, and its owner too when it was private', () => {
    const deleted = { ...PUBLIC_MODEL, status: 'deleted' as const };
    const refusal = { code: 'model_unavailable', details: { modelStatus: 'deleted' } };
    expect(planSpend(GENERATE, facts('free', { model: deleted }))).toMatchObject(refusal);
    const own = { ...deleted, ownerId: 'me', visibility: 'private' as const };
    expect(planSpend(GENERATE, facts('pro', { model: own }))).toMatchObject(refusal);
  });

  it("sells a licence to an image of somebody's public model, but not for an own model, nor to Free", () => {
    expect(planSpend(LICENSE, facts('standard', { image: PUBLIC_IMAGE }))).toMatchObject({
      allowed: true,
      credits: 100,
    });
    expect(planSpend(LICENSE, facts('free', { image: PUBLIC_IMAGE }))).toMatchObject({
      code: 'plan_required',
    });
    const ownModel = { ...PUBLIC_IMAGE, model: { ...PUBLIC_MODEL, ownerId: 'me' } };
    expect(planSpend(LICENSE, facts('pro', { image: ownModel }))).toMatchObject({
      code: 'license_not_needed',
    });
  });

  it("hides somebody else's private image and images of a private model, and sells the own private one a licence", () => {
    const privateImage = { ...PUBLIC_IMAGE, visibility: 'private' as const };
    const privateModel = { ...PUBLIC_IMAGE, model: { ...PUBLIC_MODEL, visibility: 'private' as const } };
    expect(planSpend(LICENSE, facts('pro', { image: privateImage }))).toMatchObject({ code: 'not_found' });
    expect(planSpend(LICENSE, facts('pro', { image: privateModel }))).toMatchObject({ code: 'not_found' });
    expect(planSpend(LICENSE, facts('pro', {}))).toMatchObject({ code: 'not_found' });
    expect(planSpend(LICENSE, facts('pro', { image: { ...privateImage, ownerId: 'me' } }))).toMatchObject({
      allowed: true,
    });
  });

  it('sells no hidden image to whoever cannot see it', () => {
    const hidden = { ...PUBLIC_IMAGE, hidden: true };
    expect(planSpend(LICENSE, facts('pro', { image: hidden }))).toMatchObject({ code: 'not_found' });
    expect(planSpend(LICENSE, facts('pro', { image: { ...hidden, ownerId: 'me' } }))).toMatchObject({
      allowed: true,
    });
  });

  it('answers a licence that is held already, whatever has become of the image, its model or the plan', () => {
    for (const image of [
      { ...PUBLIC_IMAGE, hidden: true },
      { ...PUBLIC_IMAGE, visibility: 'private' as const },
      { ...PUBLIC_IMAGE, model: { ...PUBLIC_MODEL, visibility: 'private' as const } },
      { ...PUBLIC_IMAGE, model: { ...PUBLIC_MODEL, status: 'deleted' as const } },
    ]) {
      expect(planSpend(LICENSE, facts('free', { image: { ...image, licensed: true } }))).toMatchObject({
        allowed: true,
      });
    }
  });

  it('knows which statuses end a spend', () => {
    expect(SPEND_STATUSES.filter(isTerminal)).toEqual(['succeeded', 'failed', 'canceled']);
  });
});
