import { DomainError } from '../domain/errors';

/** Who wants a turn. */
export interface TurnRequest {
  /** Whose turn it is: turns go round among them, so that many of one hold up nobody else for longer than one of them. */
  readonly who: string;
  /** How many of theirs may be at work at once. */
  readonly mostOfTheirs: number;
  /** Of a kind of which only so many may be at work at once, whoever wants them. */
  readonly kind?: { readonly name: string; readonly most: number };
  /** Aborted when the turn is not wanted any more. */
  readonly signal: AbortSignal;
}

export interface Turns {
  /**
   * Waits for a turn and answers how it is given back, once; more often does nothing. Throws `rate_limited` when too many of the
   * same one's wait already, `unavailable` when too many wait at all or it takes too long, and `invalid_request` when it is not
   * wanted any more.
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

/** Turns in this process. Who waits costs no more than a few hundred bytes. */
export function createTurns(limits: TurnLimits): Turns {
  /** By who they are. */
  const lines = new Map<string, Waiter[]>();
  const atWork = new Map<string, number>();
  /** The ordinal of the last turn of each who waits or is at work. */
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

  /** Begins every turn that may begin; whoever has not had one for longest is the next. */
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

  /** Nobody is remembered who neither waits nor works. */
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
        return Promise.reject(new DomainError('rate_limited', 'Too many of yours wait already.'));
      if (waiting >= limits.waiting)
        return Promise.reject(new DomainError('unavailable', 'Too many wait already.'));
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
          () => giveUp(new DomainError('unavailable', 'Its turn did not come in time.')),
          limits.waitMsMax,
        );
        // Whoever is alive without it is told; it keeps nothing alive.
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
