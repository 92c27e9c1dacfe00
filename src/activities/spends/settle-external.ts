import { DatabaseError } from 'pg';
import type { Instant } from '../../domain/instants';
import { settleKey } from '../../domain/keys';
import { releasedAs, settlementOfReport, type ExternalSettlement } from '../../domain/spends/external-end';
import { silentAt } from '../../domain/spends/silence';
import { isTerminal } from '../../domain/spends/spend';
import { fingerprintOf } from '../../platform/fingerprint';
import { findPresence } from '../../store/presence';
import { getSpend, HEARD_OF, holdIdOf, silentSpendRecord, spendRecord, type Spend } from '../../store/spends';
import { deleteReports, findFirstReport, type RecordedReport } from '../../store/work-reports';
import type { ActivityDeps } from '../deps';
import { actionOf } from './action-of';
import { EXTERNAL_WORK } from './external-work';
import { settledOf, type SettledSpend } from './settle-spend';
import { wordsOfSpend } from './words-of-spend';
import type { KeptOfReport } from './work';

/** Why external work is to end now. */
export type ExternalEnd =
  | { readonly why: 'report' | 'silence' | 'deadline' | 'cancel' }
  | { readonly why: 'given_up'; readonly reason: string };

/** How external work ended, or until when it is waited for because it lives or because there is no report of its end. */
export type SettledExternal =
  | (SettledSpend & {
      /** The report that counted; null: there was none. */
      readonly endedBy: string | null;
      readonly shortfall: number | null;
    })
  | { readonly silentAt: Instant | null };

/**
 * Settles external work, in one transaction under `{spend}/settle`. What the integrator has reported counts before any other reason
 * to end it, and of several reports the first. Without a report everything is released; silent work only if in that very
 * transaction it was still not heard of, else the answer says until when it is waited for. The first terminal state wins: a spend
 * that is settled is answered as it is.
 */
export async function settleExternal(
  deps: ActivityDeps,
  { spendId, end, at }: { spendId: string; end: ExternalEnd; at: Instant },
): Promise<SettledExternal> {
  const spend = await getSpend(deps.db, spendId);
  if (isTerminal(spend.status)) return settledAs(deps, spend);
  const reported = await findFirstReport(deps.db, spendId);
  if (reported === undefined && end.why === 'silence') return settleSilent(deps, spend, at);
  if (reported === undefined && end.why === 'report')
    return { silentAt: silentAt(spend, await findPresence(deps.db), at) };
  await submit(deps, spend, { ...(await endingOf(deps, spend, { reported, end })), at });
  return settledAs(deps, await getSpend(deps.db, spendId));
}

/** What is on the spend of its report is enough, and the words of the report are in no history. */
async function settledAs({ db }: ActivityDeps, spend: Spend): Promise<SettledExternal> {
  await deleteReports(db, spend.id);
  const { failure, ...settled } = settledOf(spend);
  const { endedBy, shortfall } = spend;
  const said = failure === null || endedBy === null ? failure : { ...failure, detail: '' };
  return { ...settled, failure: said, endedBy, shortfall };
}

/** Ends work of which nothing was heard for too long. */
async function settleSilent(deps: ActivityDeps, spend: Spend, at: Instant): Promise<SettledExternal> {
  const due = silentAt(spend, await findPresence(deps.db), at);
  if (due === null || due > at) return { silentAt: due };
  const detail = `Nothing was heard of the work since ${spend.heardAt ?? spend.createdAt}.`;
  const settlement = releasedAs('failed', reservedOf(spend), { code: 'silent', detail });
  try {
    await submit(deps, spend, { settlement, kept: {}, at, record: silentSpendRecord });
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== HEARD_OF) throw error;
    const heard = await getSpend(deps.db, spend.id);
    return { silentAt: silentAt(heard, await findPresence(deps.db), at) };
  }
  return settledAs(deps, await getSpend(deps.db, spend.id));
}

/** What the spend keeps of a report, and of which one. */
type Kept = KeptOfReport & Partial<Pick<Spend, 'endedBy'>>;

async function endingOf(
  deps: ActivityDeps,
  spend: Spend,
  { reported, end }: { readonly reported: RecordedReport | undefined; readonly end: ExternalEnd },
): Promise<{ readonly settlement: ExternalSettlement; readonly kept: Kept }> {
  const reserved = reservedOf(spend);
  if (reported !== undefined) {
    const held = { reserved, action: await actionOf(deps.db, spend), input: spend.input };
    const kept = { endedBy: reported.id, ...EXTERNAL_WORK.keptOf(reported.report) };
    return { settlement: settlementOfReport(held, reported.report), kept };
  }
  switch (end.why) {
    case 'cancel':
      return { settlement: releasedAs('canceled', reserved, null), kept: {} };
    case 'given_up':
      return {
        settlement: releasedAs('failed', reserved, { code: 'given_up', detail: end.reason }),
        kept: {},
      };
    case 'deadline': {
      const detail = `The work was not done by ${String(spend.deadlineAt)}.`;
      return {
        settlement: releasedAs('failed', reserved, { code: 'deadline_exceeded', detail }),
        kept: {},
      };
    }
    case 'report':
    case 'silence':
      throw new Error(`${spend.id} ends by ${end.why} and has no report`);
  }
}

interface Ending {
  readonly settlement: ExternalSettlement;
  readonly kept: Kept;
  readonly at: Instant;
  readonly record?: typeof spendRecord;
}

async function submit(
  deps: ActivityDeps,
  spend: Spend,
  { settlement, kept, at, record = spendRecord }: Ending,
): Promise<void> {
  const { status, captured, released, failure, shortfall, quantity } = settlement;
  const ended = { ...spend, ...kept, status, captured, released, failure, shortfall, updatedAt: at };
  const { outcome } = await deps.ledger.submit({
    op: 'settle',
    key: settleKey(spend.id),
    fingerprint: fingerprintOf({ spendId: spend.id }),
    walletId: spend.customerId,
    holdId: holdIdOf(spend.id),
    credits: captured,
    succeeded: status === 'succeeded',
    effectiveAt: at,
    reason: wordsOfSpend(status === 'succeeded' ? { ...spend, quantity } : spend),
    records: [record(ended)],
  });
  if (outcome !== 'applied') throw new Error(`spend ${spend.id} cannot be settled: ${outcome}`);
}

function reservedOf({ unitCredits, quantity, reserved }: Spend) {
  return { unitCredits, quantity, credits: reserved };
}
