import { plusMs, type Instant } from '../../domain/instants';
import type { JobKind, JobRequest } from '../../jobs/jobs';
import { signUploadPath } from '../../media/signed-url';
import { findModel } from '../../store/models';
import type { Spend } from '../../store/spends';
import type { ActivityDeps } from '../deps';
import { spendRequestOf } from './spend-request';

/** How long the links to a training's pictures outlive its deadline. */
const LINK_MARGIN_MS = 3_600_000;

/** Which of the provider's two kinds of job a spend is: only the training of a model is a training. */
export function jobKindOf(spend: Spend): JobKind {
  return spend.action === 'train_model' ? 'trainings' : 'predictions';
}

/**
 * What the provider is asked to do for a spend. The same at every repeat, but for the instant at which the links end.
 * Undefined when the model was deleted since the credits were held: nothing new is made with it.
 */
export async function jobRequestOf(
  deps: ActivityDeps,
  spend: Spend,
  deadlineAt: Instant,
): Promise<JobRequest | undefined> {
  const webhookUrl = deps.publicUrl + deps.jobs.webhookPath(spend.id);
  const request = spendRequestOf(spend);
  switch (request.action) {
    case 'train_model': {
      const { name, uploadIds } = request.input;
      const input = { name, input_images: linksTo(deps, uploadIds, deadlineAt) };
      return { kind: 'trainings', spendId: spend.id, version: deps.trainerVersion, input, webhookUrl };
    }
    case 'generate_images': {
      const { modelId, prompt, count, seed } = request.input;
      const { version = null, status } = (await findModel(deps.db, modelId)) ?? {};
      if (status === 'deleted') return undefined;
      if (version === null) throw new Error(`model ${modelId} has no version to generate with`);
      const input = { prompt, num_outputs: count, ...(seed === undefined ? {} : { seed }) };
      return { kind: 'predictions', spendId: spend.id, version, input, webhookUrl };
    }
    case 'license_image':
      throw new Error('a licence needs no work');
  }
}

function linksTo(deps: ActivityDeps, uploadIds: readonly string[], deadlineAt: Instant): readonly string[] {
  const expiresAt = plusMs(deadlineAt, LINK_MARGIN_MS);
  return uploadIds.map((id) => deps.publicUrl + signUploadPath(deps.urlSigningSecret, id, expiresAt));
}
