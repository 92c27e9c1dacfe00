import type { Instant } from '../domain/instants';
import { royaltyOf } from '../domain/settlement';
import { planSpend, type SpendFacts, type SpendPlan } from '../domain/spend';
import { deriveId } from '../platform/ids';
import { licenseRecord, spendRecord } from '../store/records';
import { loadSpendFacts } from '../store/spend-facts';
import { findSpend, type SpendRow } from '../store/spends';
import { spendWorkflowId, type ReserveAnswer, type SpendInput } from '../workflows/messages';
import type { ActivityDeps } from './deps';
import { noticeCredits } from './notice-credits';
import { reasonOf, refusedByLedger, refusedByRule, refusedWhenErased } from './reserve-spend';

/**
 * Sells a licence: hold, capture, the licence and the artist's share in one transaction. The same image to the same
 * customer again moves nothing, whatever the key: the spend then names the licence there is and costs nothing.
 */
export async function licenseImage(
  deps: ActivityDeps,
  { spend, at }: { spend: SpendInput; at: Instant },
): Promise<ReserveAnswer> {
  const { spendId, customerId, request } = spend;
  if (request.action !== 'license_image') throw new Error(`${request.action} is not a licence`);
  const recorded = await findSpend(deps.db, spendId);
  if (recorded !== undefined) return { outcome: 'reserved', status: recorded.status };
  const gone = await refusedWhenErased(deps, customerId);
  if (gone !== undefined) return gone.answer;
  const facts = await loadSpendFacts(deps.db, { customerId, request, at });
  const plan = planSpend(request, facts);
  if (!plan.allowed) return refusedByRule(plan).answer;
  const licenseId = deriveId('lic', spendId);
  const { imageId } = request.input;
  const license = licenseRecord({
    id: licenseId,
    image_id: imageId,
    customer_id: customerId,
    spend_id: spendId,
    terms: facts.catalog.policies.licenseTerms,
    credits: plan.credits,
    created_at: at,
  });
  const result = await deps.ledger.submit({
    op: 'hold',
    key: `${spendId}/hold`,
    fingerprint: spend.fingerprint,
    walletId: customerId,
    holdId: deriveId('hld', spendId),
    spendId,
    action: request.action,
    credits: plan.credits,
    capture: true,
    licenseOf: { imageId },
    effectiveAt: at,
    reason: reasonOf(request),
    ...royalty(facts, plan),
    records: [spendRecord(rowOf(spend, { plan, facts, at, licenseId, paid: plan.credits })), license],
    recordsIfLicensed: [spendRecord(rowOf(spend, { plan, facts, at, licenseId: '$licenseId', paid: 0 }))],
  });
  await noticeCredits(deps, customerId, result.reply.available);
  const sold = result.outcome === 'applied' || result.outcome === 'already_licensed';
  return sold ? { outcome: 'reserved', status: 'succeeded' } : refusedByLedger(result).answer;
}

function royalty({ image, catalog }: SpendFacts, plan: SpendPlan) {
  const share = royaltyOf(catalog, plan.credits);
  if (image === undefined || share === 0) return {};
  return { royalty: { creatorId: image.model.ownerId, credits: share } };
}

function rowOf(
  { spendId, customerId, request }: SpendInput,
  sale: { plan: SpendPlan; facts: SpendFacts; at: Instant; licenseId: string; paid: number },
): SpendRow {
  return {
    id: spendId,
    customer_id: customerId,
    action: request.action,
    input: request.input,
    status: 'succeeded',
    unit_credits: sale.plan.unitCredits,
    quantity: sale.plan.quantity,
    reserved: sale.paid,
    captured: sale.paid,
    released: 0,
    catalog_version: sale.facts.catalog.version,
    rights: sale.plan.rights,
    result: { licenseId: sale.licenseId },
    failure: null,
    workflow_id: spendWorkflowId(spendId),
    created_at: sale.at,
    updated_at: sale.at,
  };
}
