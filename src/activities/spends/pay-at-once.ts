import { definitionOf } from '../../domain/actions/definitions';
import { credits } from '../../domain/credits';
import type { Instant } from '../../domain/instants';
import type { SpendStatus } from '../../domain/spends/spend';
import { deriveId } from '../../platform/ids';
import { findSpend, spendRecord, type Spend } from '../../store/spends';
import type { ReserveAnswer, SpendInput } from '../../workflows/spends/messages';
import type { ActivityDeps } from '../deps';
import { noticeCredits } from '../top-ups/notice-credits';
import { judgeSpend } from './judge-spend';
import { newSpend } from './new-spend';
import { refusedByLedger } from './reserve-spend';
import { wordsOfSpend } from './words-of-spend';
import { workAtOnceOf } from './works';

export interface PaidAtOnce {
  readonly answer: ReserveAnswer;
  /** The credits that it cost; absent: refused. */
  readonly paid?: number;
}

/**
 * A spend for which nothing has to run: hold, capture, what it delivers and a royalty in one transaction. What a customer can have only
 * once (a licence to an image) moves nothing when it is asked for again, whatever the key: the spend then names what there is
 * and costs nothing.
 */
export async function payAtOnce(
  deps: ActivityDeps,
  { spend, at }: { spend: SpendInput; at: Instant },
): Promise<PaidAtOnce> {
  const { spendId, customerId, request } = spend;
  const recorded = await findSpend(deps.db, spendId);
  if (recorded !== undefined) return paidAtOnce(recorded.status, recorded.captured);
  const judged = await judgeSpend(deps, spend, at);
  if (!judged.allowed) return { answer: judged.answer };
  const { facts, plan } = judged;
  const begun = newSpend(spend, { facts, plan, at });
  const {
    result: delivered,
    records,
    royalty,
  } = workAtOnceOf(begun).deliver({
    spendId,
    customerId,
    input: request.input,
    facts,
    plan,
    at,
  });
  const paid = (price: number, result: Spend['result']) =>
    spendRecord({ ...begun, status: 'succeeded', reserved: price, captured: price, result });
  const exclusiveKey = definitionOf(facts.action).exclusiveKey(request.input);
  const result = await deps.ledger.submit({
    op: 'hold',
    key: `${spendId}/hold`,
    fingerprint: spend.fingerprint,
    walletId: customerId,
    holdId: deriveId('hld', spendId),
    spendId,
    action: begun.action,
    credits: credits(plan.credits),
    capture: true,
    effectiveAt: at,
    reason: wordsOfSpend(begun),
    records: [paid(plan.credits, delivered), ...records],
    ...(royalty === undefined ? {} : { royalty }),
    ...(exclusiveKey === null
      ? {}
      : {
          licenseOf: { imageId: exclusiveKey.slice('license:'.length) },
          recordsIfLicensed: [paid(0, { licenseId: '$licenseId' })],
        }),
  });
  await noticeCredits(deps, customerId, result.reply.available);
  if (result.outcome === 'applied') return paidAtOnce('succeeded', plan.credits);
  if (result.outcome === 'already_licensed') return paidAtOnce('succeeded', 0);
  return { answer: refusedByLedger(result).answer };
}

function paidAtOnce(status: SpendStatus, paid: number): PaidAtOnce {
  return { answer: { outcome: 'reserved', status }, paid };
}
