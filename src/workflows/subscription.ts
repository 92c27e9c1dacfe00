import {
  ActivityFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  log,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import { epochMsOf } from '../domain/instants';
import { isFinished, nextChangeAt, step, viewOf, type SubscriptionState } from '../domain/subscription';
import {
  openSubscriptionUpdate,
  paymentFactSignal,
  stateQuery,
  type OpenAnswer,
  type OpenSubscription,
  type PaymentFact,
  type SubscriptionInput,
} from './messages';
import { now } from './now';
import { showSubscription } from './show-subscription';

const { openSubscription } = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '30 seconds' },
});
/** A hint that cannot be followed soon is dropped: its inbox row is open, and the poller brings it again. */
const { readSubscriptionPayments } = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '500 milliseconds', maximumAttempts: 3 },
});
const { carryOutSubscription, findSubscriptionState, acknowledgeEvents } = proxyLocalActivities<Activities>({
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
});

/** The most hints that are read in one go; the rest waits for the next. */
const FACTS_MAX = 50;

/**
 * One subscription: a durable shell around the machine of domain/subscription.ts. It feeds the machine payments and the
 * passing of time, one at a time and in order, and carries out what follows. Continued as new every cycle; ends when
 * nothing can come any more, and is taken up again from its record by a payment that comes all the same.
 */
export async function subscription(input: SubscriptionInput): Promise<void> {
  const shell: Shell = { state: 'schemaVersion' in input ? input : null, facts: [] };
  const answers = listen(shell, 'plan' in input && !('schemaVersion' in input));
  // A subscription ends by a command, never by a cancel of its workflow.
  await CancellationScope.nonCancellable(async () => {
    shell.state ??= await begin(input, answers.give);
    if (isAlive(shell)) await live(shell);
    else
      await acknowledgeEvents({ eventIds: shell.facts.splice(0).map(({ eventId }) => eventId), at: now() });
  });
}

interface Shell {
  state: SubscriptionState | null;
  readonly facts: PaymentFact[];
}
type LivingShell = Shell & { state: SubscriptionState };

function isAlive(shell: Shell): shell is LivingShell {
  return shell.state !== null;
}

async function begin(
  input: OpenSubscription | { readonly subscriptionId: string },
  give: (answer: OpenAnswer) => void,
): Promise<SubscriptionState | null> {
  if (!('plan' in input)) return findSubscriptionState(input.subscriptionId);
  const { answer, state } = await openSubscription({ opening: input, at: now() });
  give(answer);
  return state;
}

async function live(shell: LivingShell): Promise<void> {
  const cycleAtStart = cycleOf(shell.state);
  for (;;) {
    await advance(shell);
    if (shell.facts.length > 0) continue;
    if (isFinished(shell.state) && allHandlersFinished()) return;
    if (cycleOf(shell.state) !== cycleAtStart) {
      await condition(allHandlersFinished);
      if (shell.facts.length === 0)
        await continueAsNew<(input: SubscriptionInput) => Promise<void>>(shell.state);
      continue;
    }
    const dueAt = nextChangeAt(shell.state);
    const isNews = () => shell.facts.length > 0;
    if (dueAt === null) await condition(isNews);
    else await condition(isNews, Math.max(1, epochMsOf(dueAt) - Date.now()));
  }
}

/** Takes in what was heard and the time that has passed, and carries out what follows from it. */
async function advance(shell: LivingShell): Promise<void> {
  const readings = await read(shell);
  const at = now();
  let { state } = shell;
  const grants = [];
  for (const input of [...readings.flatMap((reading) => reading.step ?? []), { type: 'instant' } as const]) {
    const next = step(state, { ...input, at });
    grants.push(...next.effects.grants);
    state = next.state;
  }
  const payments = readings.flatMap((reading) =>
    reading.step?.type === 'paid'
      ? [{ payment: reading.step.payment, paymentIntentId: reading.paymentIntentId }]
      : [],
  );
  const eventIds = readings.flatMap((reading) => reading.eventIds);
  if (state.revision !== shell.state.revision || payments.length > 0 || eventIds.length > 0) {
    await carryOutSubscription({ state, grants, payments, eventIds, at });
  }
  shell.state = state;
  showSubscription(state);
}

async function read({ state, facts }: LivingShell) {
  if (facts.length === 0) return [];
  const { subscriptionId, customerId } = state;
  const batch = facts.splice(0, FACTS_MAX);
  try {
    return await readSubscriptionPayments({ subscriptionId, customerId, facts: batch, at: now() });
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    log.warn('payment facts could not be read; the inbox brings them again', { facts: batch.length });
    return [];
  }
}

function cycleOf(state: SubscriptionState): string {
  const { era, cycle } = viewOf(state);
  return `${String(era)}:${String(cycle)}`;
}

function listen(shell: Shell, isOpening: boolean): { give: (answer: OpenAnswer) => void } {
  let given: OpenAnswer | undefined = isOpening ? undefined : { outcome: 'opened' };
  const answerOpen = async (): Promise<OpenAnswer> => {
    await condition(() => given !== undefined);
    return given as OpenAnswer;
  };
  setHandler(openSubscriptionUpdate, answerOpen, {
    description: 'Whether the checkout is open, or why not.',
  });
  setHandler(paymentFactSignal, (fact) => void shell.facts.push(fact), {
    description: 'Something about a payment may have changed: read it again at Stripe.',
  });
  setHandler(stateQuery, () => (shell.state === null ? null : viewOf(shell.state)), {
    description: 'The subscription as its workflow sees it.',
  });
  return { give: (answer) => (given = answer) };
}
