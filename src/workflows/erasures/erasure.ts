import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../../activities';
import type { Blocker, ErasureStanding } from '../../domain/erasures/erasure';
import { instantOf } from '../../domain/instants';
import { createAlarms } from '../alarms';
import { demand, membersOf } from '../arguments';
import { hearCancelRequest, linesOfCancelRequest, type CancelRequest } from '../cancel-request';
import { now } from '../now';
import { eraseUpdate, type ErasureInput } from './messages';

const { beginErasure } = proxyLocalActivities<Activities>({
  summary: 'Checks what is in the way, and begins',
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
});
const { endWhatRuns } = proxyActivities<Activities>({
  summary: 'Ends what runs for the customer',
  startToCloseTimeout: '5 minutes',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '1 minute' },
});
const { eraseWorks } = proxyActivities<Activities>({
  summary: 'Deletes models, uploads and pictures',
  startToCloseTimeout: '10 minutes',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '1 minute' },
});
const LAST = {
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '1 minute' },
} as const;
const { eraseAtStripe } = proxyActivities<Activities>({ ...LAST, summary: 'Deletes the customer at Stripe' });
const { eraseCustomer } = proxyActivities<Activities>({
  ...LAST,
  summary: 'Erases the personal data of the customer',
});

/** Between two looks at what has not ended yet; sending `erase` again makes it look at once. */
const PAUSE_MS = { first: 1_000, max: 300_000 } as const;

/** How long a caller waits for the end when nothing is in the way. */
const NEAR_MS = 5_000;

/** One request for the erasure, and its answer. */
interface Wish {
  readonly end: boolean;
  answer?: ErasureStanding;
}

interface Shell {
  readonly customerId: string;
  /** Not looked at yet. */
  readonly wishes: Wish[];
  /** The standing of the erasure, once it has begun and that is known. */
  standing: ErasureStanding | undefined;
  /** What the card says now. */
  said: { readonly standing: string; readonly blockers: readonly Blocker[] };
  cancelRequest: CancelRequest | null;
}

/**
 * Erases a customer: nothing new begins, what runs is ended or waited for, and then everything about the person is erased,
 * except what SECURITY.md names. Ends without changing anything when something is in the way that nobody asked to end.
 */
export async function erasure({ customerId, isBegun }: ErasureInput): Promise<'blocked' | 'erased'> {
  const shell: Shell = {
    customerId,
    wishes: [],
    standing: undefined,
    said: { standing: 'not begun yet', blockers: [] },
    cancelRequest: null,
  };
  listen(shell);
  hearCancelRequest((cancelRequest) => {
    shell.cancelRequest = cancelRequest;
    card(shell, shell.said.standing, shell.said.blockers);
  });
  return CancellationScope.nonCancellable(async () => {
    if (isBegun !== true && !(await begin(shell))) return 'blocked';
    await finish(shell);
    await condition(allHandlersFinished);
    return 'erased';
  });
}

function listen(shell: Shell): void {
  const ask = ({ end }: { readonly end: boolean }): Promise<ErasureStanding> => {
    const wish: Wish = { end };
    shell.wishes.push(wish);
    return CancellationScope.nonCancellable(async () => {
      await condition(() => wish.answer !== undefined || shell.standing !== undefined);
      return wish.answer ?? (shell.standing as ErasureStanding);
    });
  };
  setHandler(eraseUpdate, ask, {
    description:
      'Erases the customer, or looks again at what the erasure waits for. {"end": true} ends what still runs.',
    validator: (argument: unknown) => {
      demand(typeof membersOf(argument)['end'] === 'boolean', 'end must be true or false.');
    },
  });
}

/** Answers the requests until one of them may begin the erasure; false when none may. */
async function begin(shell: Shell): Promise<boolean> {
  const { customerId } = shell;
  for (;;) {
    await condition(() => shell.wishes.length > 0 || allHandlersFinished());
    const wish = shell.wishes.shift();
    if (wish === undefined) return false;
    const standing = await beginErasure({ customerId, end: wish.end, at: now() });
    if (standing.outcome === 'blocked') {
      wish.answer = standing;
      card(shell, 'not erased: something is in the way', standing.blockers);
      continue;
    }
    // With nothing in the way the caller waits for the end, which is near unless Stripe or the object store cannot be reached.
    const isNear = standing.outcome === 'erasing' && standing.waitsFor.length === 0;
    if (isNear)
      void sleep(NEAR_MS, { summary: 'The caller waits for the end' }).then(
        () => (shell.standing ??= standing),
      );
    else shell.standing = standing;
    return true;
  }
}

async function finish(shell: Shell): Promise<void> {
  const alarms = createAlarms('The next look at what has not ended yet');
  for (let pauseMs: number = PAUSE_MS.first; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MS.max)) {
    shell.wishes.length = 0;
    card(shell, 'what runs for the customer is being ended');
    const waitsFor = await endWhatRuns({ customerId: shell.customerId, at: now() });
    if (waitsFor.length === 0 && (await erase(shell))) {
      shell.standing = { outcome: 'erased' };
      card(shell, 'erased');
      return;
    }
    shell.standing = { outcome: 'erasing', waitsFor };
    card(shell, 'the erasure waits until this has ended', waitsFor);
    if (workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof erasure>({ customerId: shell.customerId, isBegun: true });
    }
    await alarms.waitFor(() => shell.wishes.length > 0, instantOf(Date.now() + pauseMs));
  }
}

/** Answers false when something has begun after all, which must end first. */
async function erase(shell: Shell): Promise<boolean> {
  const { customerId } = shell;
  card(shell, 'nothing runs any more, and what is left is being erased');
  let after: string | null = '';
  while (after !== null) after = await eraseWorks({ customerId, after });
  await eraseAtStripe(customerId);
  return eraseCustomer({ customerId, at: now() });
}

const INSTEAD =
  'An erasure that has begun cannot be undone. What it waits for is listed above; the Update `erase` with `{"end": true}` makes it look again at once.';

const TODO =
  'The erasure looks again by itself within minutes; the Update `erase` with `{"end": true}` makes it look at once. If the workflow of a spend is gone, restart it first: `npx scrip spends restart` and its id.';

/** The operator's card in the Web UI. */
function card(shell: Shell, standing: string, blockers: readonly Blocker[] = []): void {
  shell.said = { standing, blockers };
  const lines = blockers.map(({ kind, id }) => `- ${kind.replaceAll('_', ' ')} ${id}`);
  const title = `**Erasure of ${shell.customerId}**: ${standing}.`;
  const todo = shell.standing?.outcome === 'erasing' && lines.length > 0 ? [TODO] : [];
  const notFollowed = linesOfCancelRequest(shell.cancelRequest, INSTEAD);
  setCurrentDetails([title, ...lines, ...todo, ...notFollowed].join('\n\n'));
}
