import { definitionOf } from '../../domain/actions/definitions';
import { credits } from '../../domain/credits';
import type { Instant } from '../../domain/instants';
import { holdKey } from '../../domain/keys';
import type { SpendResult, SpendStatus } from '../../domain/spends/spend';
import type { HoldCommand, LedgerResult, StoreRecord } from '../../ledger/commands';
import { findSpend, getSpend, holdIdOf, spendRecord, type Spend } from '../../store/spends';
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
  const sale = { spendId, customerId, input: request.input, facts, at };
  const work = workAtOnceOf(begun);
  const sold = work.deliver({ ...sale, plan });
  const free = { ...plan, unitCredits: 0, credits: credits(0) };
  const command: HoldCommand = {
    op: 'hold',
    key: holdKey(spendId),
    fingerprint: spend.fingerprint,
    walletId: customerId,
    holdId: holdIdOf(spendId),
    spendId,
    action: begun.action,
    credits: plan.credits,
    capture: true,
    effectiveAt: at,
    reason: wordsOfSpend(begun),
  };
  const exclusive = definitionOf(facts.action).exclusiveKey(request.input);
  const first = await deps.ledger.submit({
    ...command,
    ...(sold.royalty === undefined ? {} : { royalty: sold.royalty }),
    ...(exclusive === null ? {} : { exclusive }),
    firstFree: facts.action.firstFree,
    records: [paidSpend(begun, plan, sold.result), ...sold.records],
    recordsIfFree: [paidSpend(begun, free, sold.result), ...work.deliver({ ...sale, plan: free }).records],
  });
  const result =
    first.outcome === 'already_held'
      ? await deps.ledger.submit({
          ...command,
          credits: credits(0),
          records: [paidSpend(begun, free, await resultOfHeld(deps, first))],
        })
      : first;
  await noticeCredits(deps, customerId, result.reply.available);
  if (result.outcome === 'applied') return paidAtOnce('succeeded', result.reply.captured ?? plan.credits);
  return { answer: refusedByLedger(result) };
}

function paidAtOnce(status: SpendStatus, paid: number): PaidAtOnce {
  return { answer: { outcome: 'reserved', status }, paid };
}

/** The spend as it ends in the transaction that begins it. */
function paidSpend(
  begun: Spend,
  { unitCredits, credits: paid }: Pick<Spend, 'unitCredits'> & { readonly credits: number },
  result: SpendResult | null,
): StoreRecord {
  return spendRecord({ ...begun, status: 'succeeded', unitCredits, reserved: paid, captured: paid, result });
}

/** What the customer has already, as the spend that paid for it names it. */
async function resultOfHeld({ db }: ActivityDeps, { reply }: LedgerResult): Promise<SpendResult | null> {
  if (reply.spendId === undefined)
    throw new Error(`hold ${String(reply.holdId)} of what is held once has no spend`);
  return (await getSpend(db, reply.spendId)).result;
}
