import { DomainError } from '../domain/errors';

/**
 * The outcome of one attempt to apply a batch. `applied` has one answer per item, in order; `rejected` means that nothing
 * was applied, and that the same batch may succeed on another attempt (`again`: a deadlock, a lost race) or never will;
 * `unknown` means that the connection was lost.
 */
export type Attempt<Answer> =
  | { readonly outcome: 'applied'; readonly answers: readonly Answer[] }
  | { readonly outcome: 'rejected'; readonly again: boolean; readonly error: unknown }
  | { readonly outcome: 'unknown'; readonly error: unknown };

export interface BatcherOptions<Item, Answer> {
  /** Never called again before it has resolved; must not throw. */
  readonly attempt: (items: readonly Item[]) => Promise<Attempt<Answer>>;
  /** Waits before the n-th repeat (from 1) of a batch whose outcome is unknown; answers false to give up. */
  readonly mayRepeat: (repeat: number) => Promise<boolean>;
  /** How many items may wait; one more is refused. */
  readonly queueMax: number;
  /** The largest number of items in one batch. */
  readonly batchMax: number;
}

export interface Batcher<Item, Answer> {
  /** Throws `DomainError('unavailable')` when the queue is full, or when repeating was given up. */
  readonly submit: (item: Item) => Promise<Answer>;
  /** Refuses new items and returns when all earlier ones are answered. */
  readonly close: () => Promise<void>;
}

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** How often a batch that lost a race is tried whole before it is cut in two. */
const RACES_MAX = 3;

/**
 * Collects the items submitted while a batch is in flight into the next batch: there is no timer, more load makes larger
 * batches. One batch is in flight at a time and items keep their order, so the result is the same as one by one. A batch
 * with an unknown outcome is repeated unchanged (the items' keys make that safe); a rejected batch is split in two until
 * the failing item stands alone and gets the error.
 */
export function createBatcher<Item, Answer>(options: BatcherOptions<Item, Answer>): Batcher<Item, Answer> {
  let waiting: Waiting<Item, Answer>[] = [];
  let flight: Promise<void> | undefined;
  let closed = false;

  /** Answers false when it was given up: then nobody in the batch has been answered. */
  const fly = async (batch: readonly Waiting<Item, Answer>[]): Promise<boolean> => {
    for (let races = 0, repeats = 1; ;) {
      const attempt = await options.attempt(batch.map(({ item }) => item));
      switch (attempt.outcome) {
        case 'applied':
          batch.forEach(({ resolve }, index) => resolve(attempt.answers[index] as Answer));
          return true;
        case 'unknown':
          if (!(await options.mayRepeat(repeats++))) return false;
          break;
        case 'rejected':
          if (attempt.again && races++ < RACES_MAX) break;
          return flyHalves(batch, attempt.error);
      }
    }
  };

  const flyHalves = async (batch: readonly Waiting<Item, Answer>[], error: unknown): Promise<boolean> => {
    if (batch.length === 1) {
      batch[0]?.reject(error);
      return true;
    }
    const middle = Math.ceil(batch.length / 2);
    const halves = [batch.slice(0, middle), batch.slice(middle)];
    for (const [index, half] of halves.entries()) {
      if (!(await fly(half))) {
        giveUp(halves.slice(index).flat());
        return true;
      }
    }
    return true;
  };

  const giveUp = (batch: readonly Waiting<Item, Answer>[]): void => {
    const error = unavailable('The ledger cannot be reached; whether the command was applied is not known.');
    for (const { reject } of batch) reject(error);
  };

  const flyAll = async (): Promise<void> => {
    // Items submitted in the same turn of the event loop go into one batch.
    await Promise.resolve();
    while (waiting.length > 0) {
      const batch = waiting.slice(0, options.batchMax);
      waiting = waiting.slice(options.batchMax);
      if (!(await fly(batch))) {
        // Items queued behind it have waited long enough too.
        const rest = waiting;
        waiting = [];
        giveUp([...batch, ...rest]);
      }
    }
    flight = undefined;
  };

  return {
    submit: (item) =>
      new Promise((resolve, reject) => {
        if (closed || waiting.length >= options.queueMax) {
          reject(
            unavailable(
              closed ? 'The ledger is closing.' : 'The ledger is overloaded: too many commands are waiting.',
            ),
          );
          return;
        }
        waiting.push({ item, resolve, reject });
        flight ??= flyAll();
      }),
    close: async () => {
      closed = true;
      await flight;
    },
  };
}

function unavailable(message: string): DomainError {
  return new DomainError('unavailable', message, { retryAfterSeconds: 1 });
}
