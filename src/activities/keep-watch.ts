import { ApplicationFailure, Context } from '@temporalio/activity';

/** What a long activity knows of its own life, and how it waits. */
export interface Watch {
  /** True once the workflow has asked the activity to stop: it is to bring its work to an end and answer. */
  readonly stopRequested: boolean;
  /** Ends the present or the next pause early. */
  wake(): void;
  /**
   * Waits for so long, or until something happens: a `wake`, or the wish to stop. Throws when this attempt is over (the
   * worker shuts down, an operator paused or reset the activity): the next attempt goes on from what was written.
   */
  pause(ms: number): Promise<void>;
}

const HEARTBEAT_MS = 1_000;

/** Runs the body of a long activity, telling Temporal all the while that it lives. */
export async function keepWatch<Result>(body: (watch: Watch) => Promise<Result>): Promise<Result> {
  const context = Context.current();
  const signal = context.cancellationSignal;
  let woken = false;
  let endPause: () => void = () => undefined;
  const wake = () => {
    woken = true;
    endPause();
  };
  const watch: Watch = {
    get stopRequested() {
      return context.cancellationDetails?.cancelRequested ?? false;
    },
    wake,
    async pause(ms) {
      if (!woken) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          endPause = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      woken = false;
      if (signal.aborted && !watch.stopRequested) throw attemptOver();
    },
  };
  const heartbeat = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
  signal.addEventListener('abort', wake);
  try {
    return await body(watch);
  } finally {
    clearInterval(heartbeat);
    signal.removeEventListener('abort', wake);
  }
}

function attemptOver(): ApplicationFailure {
  return ApplicationFailure.create({
    message: 'This attempt is over; the next one goes on.',
    type: 'attempt_over',
    nextRetryDelay: '1s',
  });
}
