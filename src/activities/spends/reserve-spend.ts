import type { Instant } from '../../domain/instants';
import { holdKey } from '../../domain/keys';
import { refused, type Refused } from '../../domain/refusal';
import { silentAt } from '../../domain/spends/silence';
import { isTerminal } from '../../domain/spends/spend';
import type { LedgerResult } from '../../ledger/commands';
import { findPresence } from '../../store/presence';
import { findSpend, getSpend, holdIdOf, spendRecord, type Spend } from '../../store/spends';
import { findFirstReport } from '../../store/work-reports';
import type { ReserveAnswer, SpendInput } from '../../workflows/spends/messages';
import type { ActivityDeps } from '../deps';
import { noticeCredits } from '../top-ups/notice-credits';
import { judgeSpend } from './judge-spend';
import { newSpend } from './new-spend';
import { wordsOfSpend } from './words-of-spend';
import { findProviderWork } from './works';

export interface Reservation {
  readonly answer: ReserveAnswer;
  /** When the work must be done; null when there is none to do: refused, or settled already. */
  readonly deadlineAt: Instant | null;
  /** How many credits are, or were, set aside. Absent: refused. */
  readonly held?: number;
  /** External work: when it counts as silent; null: only its deadline ends it. */
  readonly silentAt?: Instant | null;
  /** External work: its end is reported already, and is to be settled. Absent: it is not. */
  readonly isReported?: true;
}

/**
 * Sets the credits of a spend aside and records the spend, in one transaction under `{spend}/hold`. Goes by what is
 * recorded: a spend that is still open continues, a settled one is answered as it is, and its work is never run again.
 * A refusal is an answer. For want of credits it is recorded under the key for ever; by the rules it was judged before, at
 * the admission, and is recorded there: what has changed since is told by this run alone.
 */
export async function reserveSpend(
  deps: ActivityDeps,
  { spend, at }: { spend: SpendInput; at: Instant },
): Promise<Reservation> {
  const recorded = await findSpend(deps.db, spend.spendId);
  if (recorded !== undefined) return takenUp(deps, recorded, at);
  const judged = await judgeSpend(deps, spend, at);
  if (!judged.allowed) return { answer: judged.answer, deadlineAt: null };
  const begun = newSpend(spend, { ...judged, at });
  const free = { ...begun, unitCredits: 0, reserved: 0 };
  const others = findProviderWork(begun)?.begun(begun, judged.plan) ?? [];
  const result = await deps.ledger.submit({
    op: 'hold',
    key: holdKey(spend.spendId),
    fingerprint: spend.fingerprint,
    walletId: spend.customerId,
    holdId: holdIdOf(spend.spendId),
    spendId: spend.spendId,
    action: begun.action,
    credits: judged.plan.credits,
    effectiveAt: at,
    reason: wordsOfSpend(begun),
    firstFree: judged.facts.action.firstFree,
    records: [spendRecord(begun), ...others],
    recordsIfFree: [spendRecord(free), ...others],
  });
  if (result.outcome !== 'applied') return { answer: refusedByLedger(result), deadlineAt: null };
  if (result.replayed) return takenUp(deps, await getSpend(deps.db, spend.spendId), at);
  await noticeCredits(deps, spend.customerId, result.reply.available);
  return takenUp(deps, result.reply.free === true ? free : begun, at);
}

/** A spend whose credits are held, new or taken up again. */
async function takenUp({ db }: ActivityDeps, spend: Spend, at: Instant): Promise<Reservation> {
  if (spend.runs !== 'external' || isTerminal(spend.status)) return reservation(spend);
  const isReported = (await findFirstReport(db, spend.id)) !== undefined;
  return {
    ...reservation(spend),
    silentAt: silentAt(spend, await findPresence(db), at),
    ...(isReported ? { isReported } : {}),
  };
}

/** The deadline counts from when the credits were set aside, however often the work is taken up. */
function reservation({
  status,
  reserved,
  deadlineAt,
}: Pick<Spend, 'status' | 'reserved' | 'deadlineAt'>): Reservation {
  return {
    answer: { outcome: 'reserved', status },
    deadlineAt: isTerminal(status) ? null : deadlineAt,
    held: reserved,
  };
}

/** The ledger's refusal in the words of the API. Throws for an outcome that no hold can have. */
export function refusedByLedger({ outcome, reply }: LedgerResult): Refused {
  if (outcome === 'insufficient_credits') {
    const { required, available, held, shortfall } = reply;
    const message = `It takes ${required ?? 0} credits and ${available} are available.`;
    return refused({ code: outcome, message, details: { required, available, held, shortfall } });
  }
  if (outcome === 'plan_required')
    return refused({
      code: outcome,
      message: 'The plan does not include this.',
      details: reply.details ?? {},
    });
  if (outcome === 'idempotency_key_reused')
    return refused({ code: outcome, message: 'The key stands for another request.' });
  throw new Error(`a hold cannot end as ${outcome}`);
}
