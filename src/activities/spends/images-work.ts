import { countOf, idOf, without } from '../../domain/actions/members';
import { hasRight } from '../../domain/catalog/rights';
import { imageRecord, madeImageIdOf } from '../../store/images';
import { findModel } from '../../store/models';
import type { Spend } from '../../store/spends';
import { actionOf } from './action-of';
import { collectImages } from './collect-images';
import type { ProviderWork } from './work';

/** More are never asked for, nor taken. */
const IMAGES_MAX = 100;

/**
 * Images, made with a model or by what the action's version names. Each that is stored counts as its part of the units; without a
 * `count` in the input the provider's list says how many there should be.
 */
export const IMAGES_WORK: ProviderWork = {
  jobKind: 'predictions',

  async jobOf(deps, spend) {
    const modelId = idOf(spend.input, 'modelId');
    if (modelId === undefined) {
      return { version: (await actionOf(deps.db, spend)).version ?? '', input: spend.input };
    }
    const { version = null, status } = (await findModel(deps.db, modelId)) ?? {};
    if (status === 'deleted') return undefined;
    if (version === null) throw new Error(`model ${modelId} has no version to generate with`);
    return {
      version,
      input: { ...without(spend.input, ['modelId', 'count']), num_outputs: spend.input['count'] },
    };
  },

  piecesOf: ({ input }) => countOf(input, 'count') ?? 1,

  async collect(deps, spend, job, waits) {
    const outputs = job.outputs.slice(0, countOf(spend.input, 'count') ?? IMAGES_MAX);
    const { images, left, missing } = await collectImages(deps, spend, outputs, waits);
    const expected = countOf(spend.input, 'count') ?? Math.max(outputs.length, 1);
    return {
      pieces: images.length,
      units: (spend.quantity * images.length) / expected,
      images,
      modelVersion: null,
      left,
      failure: missing === null ? null : { code: 'provider_error', detail: missing },
    };
  },

  begun: () => [],

  ended(_deps, spend, { outcome, at }) {
    const records = outcome.images.map((image) =>
      imageRecord({
        id: image.imageId,
        ownerId: spend.customerId,
        modelId: idOf(spend.input, 'modelId') ?? null,
        spendId: spend.id,
        position: image.position,
        visibility: hasRight(spend.rights, 'privateWork') ? 'private' : 'public',
        hidden: false,
        width: image.width,
        height: image.height,
        objectKey: image.objectKey,
        rights: spend.rights,
        createdAt: at,
      }),
    );
    return Promise.resolve(records);
  },

  resultOf: (_spend, { images }) => ({ imageIds: images.map(({ imageId }) => imageId) }),
};

/** The ids of all images that a spend can have stored, delivered or not. */
export function possibleImageIds(
  { id, input, quantity }: Pick<Spend, 'id' | 'input' | 'quantity'>,
  listed: number,
): readonly string[] {
  const most = Math.max(countOf(input, 'count') ?? Math.ceil(quantity), listed);
  return Array.from({ length: Math.min(most, IMAGES_MAX) }, (_, position) => madeImageIdOf(id, position));
}
