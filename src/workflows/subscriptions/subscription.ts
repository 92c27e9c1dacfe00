import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  patched,
  proxyActivities,
  proxyLocalActivities,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../../activities';
import type { Instant } from '../../domain/instants';
import {
  isFinished,
  nextChangeAt,
  readSubscriptionState,
  viewOf,
} from '../../domain/subscriptions/subscription';
import { createAlarms } from '../alarms';
import { hearCancelRequest } from '../cancel-request';
import { now } from '../now';
import type { OpenSubscription, SubscriptionInput } from './messages';
import { showCard } from './show-subscription';
import { nextLookAt } from './subscription-look';
import { hasNews, isOpened, listen, refuseAll, type OpenedShell, type Shell } from './subscription-shell';
import { endAtStripe, finishCommand, takeTurn } from './subscription-turn';

const { openSubscription } = proxyActivities<Activities>({
  summary: 'Opens the subscription at Stripe',
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '30 seconds' },
});
const { refuseEvents } = proxyActivities<Activities>({
  summary: 'Raises an alarm for an event that names an unknown subscription',
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '30 seconds' },
});
const LOCAL = {
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
} as const;
const { findSubscriptionState } = proxyLocalActivities<Activities>({
  ...LOCAL,
  summary: 'Reads the recorded subscription',
});
const { acknowledgeEvents } = proxyLocalActivities<Activities>({
  ...LOCAL,
  summary: 'Marks the events of Stripe as processed',
});

/**
 * One subscription: a durable shell around the machine of domain/subscription.ts. It feeds the machine payments, commands
 * and the passing of time, one at a time and in order, and carries out the effects. Continued as new every cycle; ends when
 * nothing more can happen, and is started again from its record by a later payment or command.
 */
export async function subscription(input: SubscriptionInput): Promise<void> {
  const shell: Shell = {
    state: 'schemaVersion' in input ? readSubscriptionState(input) : null,
    opened: isOpening(input) ? null : { outcome: 'opened' },
    facts: [],
    requests: [],
    answers: new Map(),
    lookedAt: null,
    cancelRequest: null,
  };
  listen(shell);
  // A subscription ends by a command, never by cancelling its workflow: its card says so.
  hearCancelRequest((cancelRequest) => {
    shell.cancelRequest = cancelRequest;
    if (isOpened(shell)) showCard(shell);
  });
  await CancellationScope.nonCancellable(async () => {
    await begin(shell, input);
    if (isOpened(shell)) await live(shell);
    else await decline(shell, input.subscriptionId);
  });
}

function isOpening(input: SubscriptionInput): input is OpenSubscription {
  return 'plan' in input && !('schemaVersion' in input);
}

async function begin(shell: Shell, input: SubscriptionInput): Promise<void> {
  if (isOpening(input)) {
    const { answer, state } = await openSubscription({ opening: input, at: now() });
    shell.state = state === null ? null : readSubscriptionState(state);
    shell.opened = answer;
  } else {
    const recorded = shell.state ?? (await findSubscriptionState(input.subscriptionId));
    shell.state = recorded === null ? null : readSubscriptionState(recorded);
  }
}

async function live(shell: OpenedShell): Promise<void> {
  const cycleAtStart = cycleOf(shell);
  const alarms = createAlarms('The next grant, end of grace, end of the subscription, or look at Stripe');
  await finishCommand(shell);
  for (;;) {
    await takeTurn(shell);
    if (hasNews(shell)) continue;
    const isOver = isFinished(shell.state);
    if (isOver || cycleOf(shell) !== cycleAtStart || workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      if (hasNews(shell)) continue;
      if (isOver) {
        await endAtStripe(shell);
        if (hasNews(shell)) continue;
        return;
      }
      await continueAsNew<typeof subscription>(shell.state);
    }
    await alarms.waitFor(() => hasNews(shell), nextInstantOf(shell));
  }
}

/** The next instant at which there is something to do. */
function nextInstantOf(shell: OpenedShell): Instant | undefined {
  return [nextChangeAt(shell.state), nextLookAt(shell)].filter((at) => at !== null).sort()[0];
}

/** There is no such subscription, or its opening was refused: refuses every command and event. */
async function decline(shell: Shell, subject: string): Promise<void> {
  do {
    refuseAll(shell, { code: 'not_found', message: 'There is no such subscription.' });
    const facts = shell.facts.splice(0);
    if (facts.length > 0) {
      if (patched('nothing-is-swallowed')) await refuseEvents({ facts, subject, at: now() });
      else await acknowledgeEvents({ facts, at: now() });
    }
    await condition(() => hasNews(shell) || allHandlersFinished());
  } while (hasNews(shell));
}

function cycleOf({ state }: OpenedShell): string {
  const { era, cycle } = viewOf(state);
  return `${String(era)}:${String(cycle)}`;
}
