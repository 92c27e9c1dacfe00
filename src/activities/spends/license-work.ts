import { royaltyOf } from '../../domain/spends/settlement';
import { deriveId } from '../../platform/ids';
import { licenseRecord } from '../../store/licenses';
import type { Sale, WorkAtOnce } from './work';

/** A licence to an image. The artist whose model made it has a share of what it costs. */
export const LICENSE_WORK: WorkAtOnce = {
  deliver(sale) {
    const { facts, plan, spendId, customerId, at } = sale;
    if (facts.image === undefined) throw new Error(`${spendId} licenses no image`);
    const id = deriveId('lic', spendId);
    const license = licenseRecord({
      id,
      imageId: facts.image.id,
      customerId,
      spendId,
      terms: facts.catalog.policies.licenseTerms,
      credits: plan.credits,
      createdAt: at,
    });
    return { result: { licenseId: id }, records: [license], ...royalty(sale) };
  },
};

function royalty({ facts: { image, catalog }, plan }: Sale) {
  const share = royaltyOf(catalog, plan.credits);
  const creatorId = image?.model?.ownerId;
  return creatorId === undefined || share === 0 ? {} : { royalty: { creatorId, credits: share } };
}
