import { idsOf, textOf, without } from '../../domain/actions/members';
import { plusMs, type Instant } from '../../domain/instants';
import { signUploadPath } from '../../media/signed-url';
import { findModel, modelRecord, trainedModelIdOf } from '../../store/models';
import type { Spend } from '../../store/spends';
import type { ActivityDeps } from '../deps';
import { actionOf } from './action-of';
import type { ProviderWork } from './work';

/** How long the links to a training's pictures outlive its deadline. */
const LINK_MARGIN_MS = 3_600_000;

/** The training of a style model: it is paid for when the model is ready. */
export const MODEL_WORK: ProviderWork = {
  jobKind: 'trainings',

  async jobOf(deps, spend, deadlineAt) {
    const version = (await actionOf(deps.db, spend)).version ?? deps.trainerVersion;
    return {
      version,
      input: {
        ...without(spend.input, ['visibility', 'uploadIds']),
        input_images: linksTo(deps, idsOf(spend.input, 'uploadIds'), deadlineAt),
      },
    };
  },

  piecesOf: () => 1,

  collect(_deps, spend, { modelVersion }) {
    const isReady = modelVersion !== null;
    return Promise.resolve({
      pieces: isReady ? 1 : 0,
      units: isReady ? spend.quantity : 0,
      images: [],
      modelVersion,
      left: 0,
      failure: null,
    });
  },

  begun: (spend, plan) => [
    modelRecord({
      id: trainedModelIdOf(spend.id),
      ownerId: spend.customerId,
      name: nameOf(spend),
      visibility: plan.visibility,
      status: 'training',
      version: null,
      spendId: spend.id,
      createdAt: spend.createdAt,
    }),
  ],

  /** The model as the training left it; its name and visibility may have been changed meanwhile and stay. */
  async ended(deps, spend, { outcome: { modelVersion } }) {
    const id = trainedModelIdOf(spend.id);
    const model = await findModel(deps.db, id);
    return [
      modelRecord({
        id,
        ownerId: spend.customerId,
        name: model?.name ?? nameOf(spend),
        visibility: model?.visibility ?? (spend.input['visibility'] === 'public' ? 'public' : 'private'),
        status: modelVersion === null ? 'failed' : 'ready',
        version: modelVersion,
        spendId: spend.id,
        createdAt: model?.createdAt ?? spend.createdAt,
      }),
    ];
  },

  resultOf: (spend, { modelVersion }) =>
    modelVersion === null ? null : { modelId: trainedModelIdOf(spend.id) },
};

function nameOf({ input }: Spend): string {
  return textOf(input, 'name') ?? '';
}

function linksTo(deps: ActivityDeps, uploadIds: readonly string[], deadlineAt: Instant): readonly string[] {
  const expiresAt = plusMs(deadlineAt, LINK_MARGIN_MS);
  return uploadIds.map((id) => deps.publicUrl + signUploadPath(deps.urlSigningSecret, id, expiresAt));
}
