import { DomainError } from '../domain/errors';

/** A request for a turn. */
export interface TurnRequest {
  /** Who asks: turns go round among the askers, so that one with many requests delays another by one request at most. */
  readonly who: string;
  /** How many requests of this asker may have a turn at once. */
  readonly mostOfTheirs: number;
  /** A kind of request of which only so many may have a turn at once, whoever asks. */
  readonly kind?: { readonly name: string; readonly most: number };
  /** Aborted when the turn is no longer wanted. */
  readonly signal: AbortSignal;
}

export interface Turns {
  /**
   * Waits for a turn and answers a function that gives it back; calling that again does nothing. Throws `rate_limited` when too
   * many requests of the same asker are waiting, `unavailable` when too many wait in total or the wait takes too long, and
   * `invalid_request` when the turn is no longer wanted.
   */
  take(request: TurnRequest): Promise<() => void>;
  /** How many are at work and how many wait now. */
  standing(): { readonly atWork: number; readonly waiting: number };
}

export interface TurnLimits {
  /** At work at once. */
  readonly places: number;
  /** Waiting at once, of all and of one. */
  readonly waiting: number;
  readonly waitingOfOne: number;
  readonly waitMsMax: number;
}

interface Waiter extends TurnRequest {
  begin(): void;
}

const ALL = 'all';
const theirs = (who: string): string => `of ${who}`;

/** Turns within this process. A waiting request takes no more than a few hundred bytes. */
export function createTurns(limits: TurnLimits): Turns {
  /** The waiting requests, by asker. */
  const lines = new Map<string, Waiter[]>();
  const atWork = new Map<string, number>();
  /** The ordinal of the last turn of each asker who waits or has a turn. */
  const lastTurns = new Map<string, number>();
  let waiting = 0;
  let turn = 0;

  function groupsOf({ who, mostOfTheirs, kind }: TurnRequest): readonly (readonly [string, number])[] {
    const of = [[ALL, limits.places] as const, [theirs(who), mostOfTheirs] as const];
    return kind === undefined ? of : [...of, [`kind ${kind.name}`, kind.most] as const];
  }

  function count(request: TurnRequest, by: 1 | -1): void {
    for (const [group] of groupsOf(request)) {
      const now = (atWork.get(group) ?? 0) + by;
      if (now === 0) atWork.delete(group);
      else atWork.set(group, now);
    }
  }

  /** Begins every turn that may begin; the asker whose last turn is longest ago comes first. */
  function beginWhatMay(): void {
    const mayBegin = (waiter: Waiter | undefined): waiter is Waiter =>
      waiter !== undefined && groupsOf(waiter).every(([group, most]) => (atWork.get(group) ?? 0) < most);
    const lastOf = ({ who }: Waiter): number => lastTurns.get(who) ?? 0;
    for (;;) {
      const firsts = [...lines.values()].map(([first]) => first).filter(mayBegin);
      const [next] = firsts.sort((one, other) => lastOf(one) - lastOf(other));
      if (next === undefined) return;
      leave(next);
      count(next, 1);
      lastTurns.set(next.who, (turn += 1));
      next.begin();
    }
  }

  /** Forgets an asker who neither waits nor has a turn. */
  function forget(who: string): void {
    if (!lines.has(who) && !atWork.has(theirs(who))) lastTurns.delete(who);
  }

  function leave(waiter: Waiter): void {
    const line = lines.get(waiter.who);
    const place = line?.indexOf(waiter) ?? -1;
    if (line === undefined || place < 0) return;
    line.splice(place, 1);
    waiting -= 1;
    if (line.length === 0) lines.delete(waiter.who);
  }

  function giveBackOf(request: TurnRequest): () => void {
    let isGivenBack = false;
    return () => {
      if (isGivenBack) return;
      isGivenBack = true;
      count(request, -1);
      beginWhatMay();
      forget(request.who);
    };
  }

  return {
    standing: () => ({ atWork: atWork.get(ALL) ?? 0, waiting }),
    take(request) {
      if ((lines.get(request.who)?.length ?? 0) >= limits.waitingOfOne)
        return Promise.reject(
          new DomainError('rate_limited', 'Too many of your uploads are already waiting.'),
        );
      if (waiting >= limits.waiting)
        return Promise.reject(new DomainError('unavailable', 'Too many uploads are already waiting.'));
      return new Promise((resolve, reject) => {
        const settle = (): void => {
          clearTimeout(timer);
          request.signal.removeEventListener('abort', onAbort);
        };
        const giveUp = (error: DomainError): void => {
          settle();
          leave(waiter);
          forget(request.who);
          reject(error);
        };
        const onAbort = (): void => giveUp(new DomainError('invalid_request', 'The request broke off.'));
        const timer = setTimeout(
          () => giveUp(new DomainError('unavailable', 'There was no room for the upload in time.')),
          limits.waitMsMax,
        );
        // The timer alone does not keep the process alive.
        timer.unref();
        const waiter: Waiter = {
          ...request,
          begin() {
            settle();
            resolve(giveBackOf(request));
          },
        };
        if (request.signal.aborted) {
          onAbort();
          return;
        }
        request.signal.addEventListener('abort', onAbort);
        lines.set(request.who, [...(lines.get(request.who) ?? []), waiter]);
        waiting += 1;
        beginWhatMay();
      });
    },
  };
}
