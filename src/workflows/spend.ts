import {
  CancellationScope,
  condition,
  patched,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import { epochMsOf, type Instant } from '../domain/instants';
import type { SpendStatus } from '../domain/spend';
import {
  cancelSpendSignal,
  reserveUpdate,
  SEARCH_ATTRIBUTES,
  type ReserveAnswer,
  type SpendInput,
} from './messages';
import { now } from './now';

type JobOutcome = Awaited<ReturnType<Activities['runJob']>>;

const { reserveSpend, settleSpend, licenseImage } = proxyLocalActivities<Activities>({
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
});

/** What is left to an activity after the deadline to stop the provider and to store what it delivered. */
const AFTER_DEADLINE_MS = 600_000;

/**
 * One spend, from the hold to its settlement. The update `reserve` answers as soon as the credits are held; a refusal is
 * an answer, and nothing follows it. The signal `cancel`, and a cancel of the workflow itself, ask the work to stop; only
 * this workflow captures or releases the hold, and it never ends before it has.
 */
export async function spend(input: SpendInput): Promise<SpendStatus | 'refused'> {
  const wish = listenForStop(input);
  const answers = answerReserve();
  return CancellationScope.nonCancellable(async () => {
    card(input, 'reserving credits');
    if (input.request.action === 'license_image') {
      const answer = await licenseImage({ spend: input, at: now() });
      answers.give(answer);
      return end(input, answer.outcome === 'refused' ? answer : answer.status);
    }
    const { answer, deadlineAt } = await reserveSpend({ spend: input, at: now() });
    answers.give(answer);
    if (answer.outcome === 'refused') return end(input, answer);
    if (deadlineAt === null) return end(input, answer.status);
    card(input, `credits held, at work until ${deadlineAt} at the latest`);
    const outcome = wish.stop ? STOPPED : await work(input.spendId, deadlineAt, wish);
    card(input, `settling: ${outcome.end.status}, ${outcome.end.delivered} delivered`);
    return end(input, await settleSpend({ spendId: input.spendId, outcome, at: now() }));
  });
}

const STOPPED: JobOutcome = {
  end: { status: 'canceled', failure: null, delivered: 0 },
  images: [],
  modelVersion: null,
};

interface Wish {
  /** True once somebody wants the work to stop. */
  stop: boolean;
  readonly scope: CancellationScope;
}

function listenForStop(input: SpendInput): Wish {
  const wish: Wish = { stop: false, scope: new CancellationScope() };
  const stop = () => {
    if (!wish.stop) card(input, 'asked to stop; the provider is told, and waited for until the deadline');
    wish.stop = true;
    wish.scope.cancel();
  };
  const description = 'Stops the work: what was delivered is captured, the rest released.';
  setHandler(cancelSpendSignal, stop, { description });
  CancellationScope.current().cancelRequested.catch(stop);
  return wish;
}

function answerReserve(): { give: (answer: ReserveAnswer) => void } {
  let given: ReserveAnswer | undefined;
  const answer = async (): Promise<ReserveAnswer> => {
    await condition(() => given !== undefined);
    return given as ReserveAnswer;
  };
  setHandler(reserveUpdate, answer, { description: 'Whether the credits are held, or why not.' });
  return { give: (known) => (given = known) };
}

/**
 * The work in one activity, which is waited for also when it is asked to stop: it alone knows what it has begun. When it
 * could not answer the wish itself (its worker died, or somebody failed it by hand), a second one stops what it left.
 */
async function work(spendId: string, deadlineAt: Instant, wish: Wish): Promise<JobOutcome> {
  const leftMs = Math.max(0, epochMsOf(deadlineAt) - Date.now());
  const { runJob } = proxyActivities<Activities>({
    summary: 'Has the provider do the work, and stores what it delivers',
    startToCloseTimeout: leftMs + AFTER_DEADLINE_MS,
    heartbeatTimeout: '10 seconds',
    retry: { initialInterval: '1 second', maximumInterval: '10 seconds' },
    // Not the SDK's default, whatever its documentation says: that one gives up on the activity and leaves it running.
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  });
  const running = wish.scope.run(() => runJob({ spendId, deadlineAt, stop: false }));
  const stopLeft = () => runJob({ spendId, deadlineAt, stop: true });
  await Promise.race([running.catch(() => undefined), condition(() => wish.stop)]);
  // Runs that were asked to stop before this patch began the second one beside the first.
  if (wish.stop && !patched('one-activity-at-a-time')) return stopLeft();
  return running.catch(stopLeft);
}

function end(input: SpendInput, final: SpendStatus | (ReserveAnswer & { outcome: 'refused' })) {
  const status = typeof final === 'string' ? final : 'refused';
  card(input, typeof final === 'string' ? final : `refused: ${final.code}`);
  upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.spendStatus, value: status }]);
  return status;
}

/** The operator's card in the Web UI. */
function card({ spendId, customerId, request }: SpendInput, standing: string): void {
  const lines = [`**${request.action}** of ${customerId}`, `Spend ${spendId}: ${standing}.`];
  setCurrentDetails(lines.join('\n\n'));
}
