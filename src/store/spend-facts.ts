import type { Knex } from 'knex';
import type { Instant } from '../domain/instants';
import type { SpendFacts, SpendRequest } from '../domain/spend';
import { planAt } from '../domain/subscription/rights';
import { getCatalog, getCurrentCatalog } from './catalogs';
import { findImageFacts } from './images';
import { findModel } from './models';
import { findLiveSubscription } from './subscriptions';
import { listOwnUploadIds } from './uploads';

/**
 * Gathers what `planSpend` judges by: the customer's plan at the instant, the catalog version pinned by the subscription
 * (else the current one), and the model, image or uploads that the request names.
 */
export async function loadSpendFacts(
  db: Knex,
  { customerId, request, at }: { customerId: string; request: SpendRequest; at: Instant },
): Promise<SpendFacts> {
  const subscription = await findLiveSubscription(db, customerId);
  const catalog = await (subscription === undefined
    ? getCurrentCatalog(db)
    : getCatalog(db, subscription.catalogVersion));
  const facts: SpendFacts = { customerId, plan: planAt(subscription, at), catalog };
  switch (request.action) {
    case 'train_model':
      return { ...facts, ownUploadIds: await listOwnUploadIds(db, customerId, request.input.uploadIds) };
    case 'generate_images':
      return { ...facts, model: await findModel(db, request.input.modelId) };
    case 'license_image':
      return { ...facts, image: await findImageFacts(db, request.input.imageId, customerId) };
  }
}
