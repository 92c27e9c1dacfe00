import {
  CancellationScope,
  condition,
  patched,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../../activities';
import { epochMsOf, type Instant } from '../../domain/instants';
import { refused } from '../../domain/refusal';
import { runsOf } from '../../domain/spends/began-before';
import type { SpendStatus } from '../../domain/spends/spend';
import { demand, isLine, membersOf } from '../arguments';
import { SEARCH_ATTRIBUTES, type CommandAnswer } from '../messages';
import { now } from '../now';
import { awaitReport, hearReports } from './external-work';
import {
  cancelSpendSignal,
  giveUpUpdate,
  isGivenUpQuery,
  reserveUpdate,
  type ReserveAnswer,
  type SpendInput,
} from './messages';
import { spendCard, type SpendEnd, type SpendStanding, type Wish } from './spend-card';

type JobOutcome = Awaited<ReturnType<Activities['runJob']>>;
type Settled = Awaited<ReturnType<Activities['settleSpend']>>;
type Paid = Awaited<ReturnType<Activities['payAtOnce']>>;

const LOCAL = {
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
} as const;
const { reserveSpend } = proxyLocalActivities<Activities>({
  ...LOCAL,
  summary: 'Holds the credits, or refuses',
});
const { settleSpend } = proxyLocalActivities<Activities>({
  ...LOCAL,
  summary: 'Captures what was delivered and releases the rest',
});
const { payAtOnce, licenseImage } = proxyLocalActivities<Activities>({
  ...LOCAL,
  summary: 'Sells what needs no work, or refuses',
});

/** The time that the activity has after the deadline to stop the provider and to store what it delivered. */
const AFTER_DEADLINE_MS = 600_000;

/**
 * One spend, from the hold to its settlement. The update `reserve` answers as soon as the credits are held; after a refusal
 * nothing else happens. The signal `cancel`, and cancelling the workflow itself, ask the work to stop; the update `giveUp` ends
 * it without waiting for the provider. External work is waited for until it is reported. Only this workflow captures or releases the hold, and it does not end before it has.
 */
export async function spend(input: SpendInput): Promise<SpendStatus | 'refused'> {
  const shell: Shell = {
    input,
    standing: { at: 'reserving' },
    stop: false,
    givenUp: null,
    scope: new CancellationScope(),
  };
  listenForEnd(shell);
  const answers = answerReserve();
  const reports = runsOf(input) === 'external' ? hearReports() : null;
  return CancellationScope.nonCancellable(async () => {
    show(shell, { at: 'reserving' });
    if (runsOf(input) === 'nothing') {
      // Spends whose start does not say what they run began in a release that knew this activity by its former name.
      const pay = input.runs === undefined ? licenseImage : payAtOnce;
      const { answer, paid } = paidOf(await pay({ spend: input, at: now() }));
      answers.give(answer);
      return end(shell, answer, paid === undefined ? null : { held: paid, captured: paid, released: 0 });
    }
    const reservation = await reserveSpend({ spend: input, at: now() });
    const { answer, deadlineAt, held } = reservation;
    answers.give(answer);
    if (answer.outcome === 'refused' || deadlineAt === null) return end(shell, answer, null);
    if (reports !== null) {
      const standing = { held: held ?? null, deadlineAt, silentAt: reservation.silentAt ?? null };
      if (reservation.isReported === true) reports.isHeard = true;
      const tell = (told: SpendStanding) => show(shell, told);
      return finish(shell, await awaitReport({ input, wish: shell, tell }, reports, standing));
    }
    show(shell, { at: 'working', held: held ?? null, deadlineAt });
    const worked = shell.stop ? STOPPED : await work(input.spendId, deadlineAt, shell);
    const outcome = unlessGivenUp(worked, shell);
    show(shell, { at: 'settling', how: outcome.end.status, delivered: outcome.end.delivered });
    const settled = settledOf(await settleSpend({ spendId: input.spendId, outcome, at: now() }));
    return finish(shell, settled);
  });
}

const STOPPED: JobOutcome = {
  end: { status: 'canceled', failure: null, delivered: 0 },
  images: [],
  modelVersion: null,
};

/** Everything a run knows. */
interface Shell extends Wish {
  readonly input: SpendInput;
  standing: SpendStanding;
  stop: boolean;
  givenUp: string | null;
  /** The scope of the work; cancelled once somebody wants it to stop. */
  readonly scope: CancellationScope;
}

function listenForEnd(shell: Shell): void {
  const stop = () => {
    shell.stop = true;
    show(shell, shell.standing);
    shell.scope.cancel();
  };
  const giveUp = ({ reason }: { readonly reason: string }): CommandAnswer => {
    const isOver = ['closing', 'settling', 'ended'].includes(shell.standing.at);
    if (isOver && shell.givenUp === null) {
      const message = 'The work has already ended, and its credits are being settled.';
      return refused({ code: 'state_conflict', message });
    }
    shell.givenUp ??= reason;
    stop();
    return { outcome: 'done' };
  };
  setHandler(giveUpUpdate, giveUp, {
    description:
      'Stops waiting for a dead provider: what is delivered and stored is captured, the rest is released. ' +
      'The customer can read the reason. {"reason": "…"}',
    validator: (argument: unknown) =>
      demand(isLine(membersOf(argument)['reason']), 'Give the reason on one line: {"reason": "…"}.'),
  });
  setHandler(cancelSpendSignal, stop, {
    description: 'Stops the work: what was delivered is captured, the rest is released.',
  });
  setHandler(isGivenUpQuery, () => shell.givenUp !== null, {
    description: 'Inner: asked by the activity that does the work.',
  });
  CancellationScope.current().cancelRequested.catch(stop);
}

function answerReserve(): { give: (answer: ReserveAnswer) => void } {
  let given: ReserveAnswer | undefined;
  const answer = (): Promise<ReserveAnswer> =>
    CancellationScope.nonCancellable(async () => {
      await condition(() => given !== undefined);
      return given as ReserveAnswer;
    });
  setHandler(reserveUpdate, answer, {
    description:
      'Inner: sent by the API that starts the spend. Answers whether the credits are held, or why not.',
  });
  return { give: (known) => (given = known) };
}

/**
 * Does the work in one activity, and waits for it even when it is asked to stop, because only that activity knows what it has
 * started. If it cannot answer the request itself (its worker died, or somebody failed it by hand), a second activity stops
 * what it left behind.
 */
async function work(spendId: string, deadlineAt: Instant, shell: Shell): Promise<JobOutcome> {
  const leftMs = Math.max(0, epochMsOf(deadlineAt) - Date.now());
  const { runJob } = proxyActivities<Activities>({
    summary: 'Runs the job at the provider, and stores what it delivers',
    startToCloseTimeout: leftMs + AFTER_DEADLINE_MS,
    heartbeatTimeout: '10 seconds',
    retry: { initialInterval: '1 second', maximumInterval: '10 seconds' },
    // Not the SDK's default, whatever its documentation says: that one gives up on the activity and leaves it running.
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  });
  const running = shell.scope.run(() => runJob({ spendId, deadlineAt, stop: false }));
  const stopLeft = () => runJob({ spendId, deadlineAt, stop: true });
  await Promise.race([running.catch(() => undefined), condition(() => shell.stop)]);
  // Before this patch, a run that was asked to stop started the second activity beside the first.
  if (shell.stop && !patched('one-activity-at-a-time')) return stopLeft();
  return running.catch(stopLeft);
}

/** Work that was cut off because an operator gave it up has failed; work that had already ended keeps its own outcome. */
function unlessGivenUp(outcome: JobOutcome, { givenUp }: Wish): JobOutcome {
  if (givenUp === null || outcome.end.status !== 'canceled') return outcome;
  const failure = { code: 'given_up', detail: givenUp };
  return { ...outcome, end: { ...outcome.end, status: 'failed', failure } };
}

/** Older histories recorded the status alone, without the numbers. */
function settledOf(recorded: Settled | SpendStatus): SpendEnd & { readonly status: SpendStatus } {
  if (typeof recorded === 'string') return { status: recorded, credits: null, failure: null };
  const { status, failure, ...credits } = recorded;
  return { status, failure, credits };
}

/** Older histories recorded the answer alone, without the price. */
function paidOf(recorded: Paid | ReserveAnswer): Paid {
  return 'answer' in recorded ? recorded : { answer: recorded };
}

function end(shell: Shell, answer: ReserveAnswer, credits: SpendEnd['credits']): SpendStatus | 'refused' {
  if (answer.outcome === 'reserved') return finish(shell, { status: answer.status, credits, failure: null });
  show(shell, { at: 'refused', code: answer.code, message: answer.message });
  return leave('refused', answer.code);
}

function finish(shell: Shell, spendEnd: SpendEnd & { readonly status: SpendStatus }): SpendStatus {
  show(shell, { at: 'ended', ...spendEnd });
  return leave(spendEnd.status, spendEnd.failure?.code);
}

function leave<Status extends SpendStatus | 'refused'>(status: Status, failure: string | undefined): Status {
  upsertSearchAttributes([
    { key: SEARCH_ATTRIBUTES.spendStatus, value: status },
    ...(failure === undefined ? [] : [{ key: SEARCH_ATTRIBUTES.failure, value: failure }]),
  ]);
  return status;
}

function show(shell: Shell, standing: SpendStanding): void {
  shell.standing = standing;
  const externalId = workflowInfo().typedSearchAttributes.get(SEARCH_ATTRIBUTES.externalId);
  setCurrentDetails(spendCard(shell.input, standing, { wish: shell, externalId }));
}
