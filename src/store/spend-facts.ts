import type { Knex } from 'knex';
import type { Instant } from '../domain/instants';
import type { SpendFacts, SpendRequest } from '../domain/spends/spend';
import { getCustomerPlan } from './customer-plan';
import { findImageFacts } from './images';
import { findModel } from './models';
import { listOwnUploadIds } from './uploads';

/**
 * Gathers what `planSpend` judges by: the customer's plan at the instant, the catalog version pinned by the subscription
 * (else the current one), and the model, image or uploads that the request names.
 */
export async function loadSpendFacts(
  db: Knex,
  { customerId, request, at }: { customerId: string; request: SpendRequest; at: Instant },
): Promise<SpendFacts> {
  // All at once: a refusal is answered after a few round trips, and these would be half of them.
  const [{ plan, catalog }, named] = await Promise.all([
    getCustomerPlan(db, customerId, at),
    loadNamed(db, customerId, request),
  ]);
  return { customerId, plan, catalog, ...named };
}

/** What the request names, as far as it is there. */
async function loadNamed(
  db: Knex,
  customerId: string,
  request: SpendRequest,
): Promise<Pick<SpendFacts, 'model' | 'image' | 'ownUploadIds'>> {
  switch (request.action) {
    case 'train_model':
      return { ownUploadIds: await listOwnUploadIds(db, customerId, request.input.uploadIds) };
    case 'generate_images':
      return { model: await findModel(db, request.input.modelId) };
    case 'license_image':
      return { image: await findImageFacts(db, request.input.imageId, customerId) };
  }
}
