import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  proxyLocalActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../../activities';
import { epochMsOf, type Instant } from '../../domain/instants';
import type { SpendStatus } from '../../domain/spends/spend';
import { demand, isLine, membersOf } from '../arguments';
import type { CommandAnswer } from '../messages';
import { now } from '../now';
import { reportUpdate, type ReportedWork, type SpendInput } from './messages';
import type { SpendEnd, SpendStanding, Wish } from './spend-card';

type Settling = Awaited<ReturnType<Activities['settleExternal']>>;
type Settled = Exclude<Settling, { readonly silentAt: unknown }>;
type End = Parameters<Activities['settleExternal']>[0]['end'];

const { settleExternal } = proxyLocalActivities<Activities>({
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
  summary: 'Settles what the integrator has reported, or releases what is held, or finds that the work lives',
});

/** About 330 times of silence that were over. */
const HISTORY_LENGTH_MAX = 2_000;

/** What the workflow has been told of the end of its work. */
export interface Reports {
  /** Whether a report is to be looked for. */
  isHeard: boolean;
  /** How often one was looked for and none was recorded. */
  missed: number;
  settled: Settled | undefined;
}

/** Hears of reports from now on: each is answered when the spend is settled. */
export function hearReports(): Reports {
  const reports: Reports = { isHeard: false, missed: 0, settled: undefined };
  const answer = ({ reportId }: ReportedWork): Promise<CommandAnswer> =>
    CancellationScope.nonCancellable(async () => {
      const { missed } = reports;
      reports.isHeard = true;
      await condition(() => reports.settled !== undefined || reports.missed > missed);
      return answerOf(reportId, reports.settled);
    });
  setHandler(reportUpdate, answer, {
    description:
      'Inner: sent by the API when the integrator has said how the work ended, and has been recorded. Answers when it is settled.',
    validator: (argument: unknown) => {
      const { reportId, says } = membersOf(argument);
      demand(
        isLine(reportId) && (says === 'completed' || says === 'failed'),
        'Name a recorded report: {"reportId": "…", "says": "completed" or "failed"}.',
      );
    },
  });
  return reports;
}

function answerOf(reportId: string, settled: Settled | undefined): CommandAnswer {
  if (settled === undefined) {
    return { outcome: 'refused', code: 'not_found', message: `No report ${reportId} is recorded.` };
  }
  if (settled.endedBy === reportId) return { outcome: 'done' };
  return { outcome: 'refused', code: 'state_conflict', message: `The spend has ended: ${settled.status}.` };
}

/** The spend that waits, who wants it to end, and where it tells its standing. */
interface Waiting {
  readonly input: SpendInput;
  readonly wish: Wish;
  readonly tell: (standing: SpendStanding) => void;
}

interface Terms {
  readonly held: number | null;
  readonly deadlineAt: Instant;
  readonly silentAt: Instant | null;
}

/**
 * Waits until the integrator has reported the end of the work, somebody stops it, it is silent for too long, or its deadline is
 * there, and settles the spend. Heartbeats do not come here: when the time of silence is over, the activity looks for the last
 * one and says how much longer to wait. After hundreds of these looks the workflow continues as a new run of itself.
 */
export async function awaitReport(
  waiting: Waiting,
  reports: Reports,
  terms: Terms,
): Promise<SpendEnd & { readonly status: SpendStatus }> {
  const { input, wish, tell } = waiting;
  for (let silentAt = terms.silentAt; ;) {
    tell({ at: 'waiting', ...terms, silentAt });
    const end = await nextEnd(waiting, reports, { ...terms, silentAt });
    if (end.why !== 'silence') tell({ at: 'closing', why: end.why });
    const settling = await settleExternal({ spendId: input.spendId, end, at: now() });
    if (!('silentAt' in settling)) {
      reports.settled = settling;
      await condition(allHandlersFinished);
      return endOf(settling);
    }
    silentAt = settling.silentAt;
    if (end.why === 'report') {
      reports.isHeard = false;
      reports.missed += 1;
    }
    const isIdle = !reports.isHeard && !wish.stop && allHandlersFinished();
    if (isIdle && isHistoryLong()) await continueAsNew<(input: SpendInput) => Promise<unknown>>(input);
  }
}

/** The server of the sandbox suggests nothing, so a length of our own counts too. */
function isHistoryLong(): boolean {
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  return continueAsNewSuggested || historyLength >= HISTORY_LENGTH_MAX;
}

async function nextEnd({ wish }: Waiting, reports: Reports, { deadlineAt, silentAt }: Terms): Promise<End> {
  const isOver = () => reports.isHeard || wish.stop;
  const isSilenceFirst = silentAt !== null && silentAt < deadlineAt;
  const leftMs = Math.max(1, epochMsOf(isSilenceFirst ? silentAt : deadlineAt) - Date.now());
  const summary = isSilenceFirst ? 'Waits for a sign of life' : 'Waits until the deadline';
  if (!isOver() && !(await condition(isOver, leftMs, { summary }))) {
    return { why: isSilenceFirst ? 'silence' : 'deadline' };
  }
  if (reports.isHeard) return { why: 'report' };
  return wish.givenUp === null ? { why: 'cancel' } : { why: 'given_up', reason: wish.givenUp };
}

function endOf({ status, held, captured, released, failure, endedBy, shortfall }: Settled) {
  const credits = { held, captured, released };
  const by = endedBy === null ? [] : [`Reported by the integrator (${endedBy}).`];
  const beyond =
    shortfall === null || shortfall === 0
      ? []
      : [`It came to ${String(shortfall)} credits more than were held; nobody owes them.`];
  const note = [...by, ...beyond].join(' ');
  return { status, credits, failure, ...(note === '' ? {} : { note }) };
}
