import { credits } from '../../domain/credits';
import type { Instant } from '../../domain/instants';
import { licenseKey } from '../../domain/license-key';
import { royaltyOf } from '../../domain/spends/settlement';
import {
  planSpend,
  wordsOfRequest,
  type SpendFacts,
  type SpendPlan,
  type SpendStatus,
} from '../../domain/spends/spend';
import type { HoldCommand, LedgerResult } from '../../ledger/commands';
import { deriveId } from '../../platform/ids';
import { licenseRecord } from '../../store/licenses';
import { loadSpendFacts } from '../../store/spend-facts';
import { findSpend, getSpend, holdIdOf, spendRecord, type Spend, type SpendResult } from '../../store/spends';
import { holdKey, spendWorkflowId } from '../../domain/keys';
import { refused } from '../../domain/refusal';
import type { ReserveAnswer, SpendInput } from '../../workflows/spends/messages';
import type { ActivityDeps } from '../deps';
import { noticeCredits } from '../top-ups/notice-credits';
import { refusedByLedger, refusedWhenErased } from './reserve-spend';

export interface Licensed {
  readonly answer: ReserveAnswer;
  /** The credits that it cost; absent: refused. */
  readonly paid?: number;
}

/**
 * Sells a licence: hold, capture, the licence and the artist's share in one transaction. The same image to the same
 * customer again moves nothing, whatever the key: the spend then names the licence there is and costs nothing.
 */
export async function licenseImage(
  deps: ActivityDeps,
  { spend, at }: { spend: SpendInput; at: Instant },
): Promise<Licensed> {
  const { spendId, customerId, request } = spend;
  if (request.action !== 'license_image') throw new Error(`${request.action} is not a licence`);
  const recorded = await findSpend(deps.db, spendId);
  if (recorded !== undefined) return licensed(recorded.status, recorded.captured);
  const gone = await refusedWhenErased(deps, customerId);
  if (gone !== undefined) return { answer: gone };
  const facts = await loadSpendFacts(deps.db, { customerId, request, at });
  const plan = planSpend(request, facts);
  if (!plan.allowed) return { answer: refused(plan) };
  const licenseId = deriveId('lic', spendId);
  const { imageId } = request.input;
  const command: HoldCommand = {
    op: 'hold',
    key: holdKey(spendId),
    fingerprint: spend.fingerprint,
    walletId: customerId,
    holdId: holdIdOf(spendId),
    spendId,
    action: request.action,
    credits: plan.credits,
    capture: true,
    effectiveAt: at,
    reason: wordsOfRequest(request),
  };
  const license = licenseRecord({
    id: licenseId,
    imageId,
    customerId,
    spendId,
    terms: facts.catalog.policies.licenseTerms,
    credits: plan.credits,
    createdAt: at,
  });
  const sale = { plan, facts, at };
  const sold = await deps.ledger.submit({
    ...command,
    ...royalty(facts, plan),
    exclusive: licenseKey(imageId),
    records: [
      spendRecord(licensingSpend(spend, { ...sale, result: { licenseId }, paid: plan.credits })),
      license,
    ],
  });
  const result =
    sold.outcome === 'already_held'
      ? await deps.ledger.submit({
          ...command,
          credits: credits(0),
          records: [
            spendRecord(licensingSpend(spend, { ...sale, result: await resultOfHeld(deps, sold), paid: 0 })),
          ],
        })
      : sold;
  await noticeCredits(deps, customerId, result.reply.available);
  if (result.outcome === 'applied') return licensed('succeeded', result.reply.captured ?? plan.credits);
  return { answer: refusedByLedger(result) };
}

/** The licence there is, as the spend that paid for it names it. */
async function resultOfHeld({ db }: ActivityDeps, { reply }: LedgerResult): Promise<SpendResult | null> {
  if (reply.spendId === undefined) throw new Error(`hold ${String(reply.holdId)} of a licence has no spend`);
  return (await getSpend(db, reply.spendId)).result;
}

function licensed(status: SpendStatus, paid: number): Licensed {
  return { answer: { outcome: 'reserved', status }, paid };
}

function royalty({ image, catalog }: SpendFacts, plan: SpendPlan) {
  const share = royaltyOf(catalog, plan.credits);
  if (image === undefined || share === 0) return {};
  return { royalty: { creatorId: image.model.ownerId, credits: share } };
}

function licensingSpend(
  { spendId, customerId, request }: SpendInput,
  sale: { plan: SpendPlan; facts: SpendFacts; at: Instant; result: SpendResult | null; paid: number },
): Spend {
  return {
    id: spendId,
    customerId,
    action: request.action,
    input: request.input,
    status: 'succeeded',
    unitCredits: sale.plan.unitCredits,
    quantity: sale.plan.quantity,
    reserved: sale.paid,
    captured: sale.paid,
    released: 0,
    catalogVersion: sale.facts.catalog.version,
    rights: sale.plan.rights,
    result: sale.result,
    failure: null,
    workflowId: spendWorkflowId(spendId),
    createdAt: sale.at,
    updatedAt: sale.at,
  };
}
