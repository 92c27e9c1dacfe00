import { epochMsOf, instantOf, type Instant } from '../domain/instants';
import type { GenerateImagesInput, TrainModelInput } from '../domain/spend';
import type { JobKind, JobRequest } from '../jobs/jobs';
import { signUploadPath } from '../media/signed-url';
import { findModel } from '../store/models';
import type { Spend } from '../store/spends';
import type { ActivityDeps } from './deps';

/** How long the links to a training's pictures outlive its deadline. */
const LINK_MARGIN_MS = 3_600_000;

export function jobKindOf(spend: Spend): JobKind {
  return spend.action === 'train_model' ? 'trainings' : 'predictions';
}

/** What the provider is asked to do for a spend. The same at every repeat, but for the instant at which the links end. */
export async function jobRequestOf(
  deps: ActivityDeps,
  spend: Spend,
  deadlineAt: Instant,
): Promise<JobRequest> {
  const webhookUrl = deps.jobs.capabilities.webhook ? `${deps.publicUrl}/webhooks/jobs` : null;
  if (spend.action === 'train_model') {
    const { name, uploadIds } = spend.input as TrainModelInput;
    const expiresAt = instantOf(epochMsOf(deadlineAt) + LINK_MARGIN_MS);
    const images = uploadIds.map(
      (id) => deps.publicUrl + signUploadPath(deps.urlSigningSecret, id, expiresAt),
    );
    const input = { name, input_images: images };
    return { kind: 'trainings', spendId: spend.id, version: deps.trainerVersion, input, webhookUrl };
  }
  const { modelId, prompt, count, seed } = spend.input as GenerateImagesInput;
  const version = (await findModel(deps.db, modelId))?.version ?? null;
  if (version === null) throw new Error(`model ${modelId} has no version to generate with`);
  const input = { prompt, num_outputs: count, ...(seed === undefined ? {} : { seed }) };
  return { kind: 'predictions', spendId: spend.id, version, input, webhookUrl };
}
