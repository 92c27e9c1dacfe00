import { createTurns, type TurnRequest } from './turns';

const LIMITS = { places: 2, waiting: 6, waitingOfOne: 4, waitMsMax: 60_000 };

describe('turns', () => {
  let over: AbortController;
  const asked: Promise<unknown>[] = [];

  beforeEach(() => {
    over = new AbortController();
  });
  // Whoever still waits gives up now, and not in the middle of another test.
  afterEach(async () => {
    over.abort();
    await Promise.allSettled(asked.splice(0));
  });

  const of = (who: string, more: Partial<TurnRequest> = {}): TurnRequest => ({
    who,
    mostOfTheirs: 1,
    signal: over.signal,
    ...more,
  });

  /** Asks for turns in an order, and notes in which they begin. */
  function line(limits = LIMITS) {
    const turns = createTurns(limits);
    const begun: string[] = [];
    const ends = new Map<string, () => void>();
    const ask = (name: string, request: TurnRequest): Promise<void> => {
      const answer = turns.take(request).then((giveBack) => {
        begun.push(name);
        ends.set(name, giveBack);
      });
      asked.push(answer);
      return answer;
    };
    const end = async (name: string): Promise<void> => {
      ends.get(name)?.();
      await settled();
    };
    return { ask, end, begun };
  }

  it('go round among those who want them, however many one of them wants', async () => {
    const { ask, end, begun } = line({ ...LIMITS, places: 1 });
    for (const name of ['bomb 1', 'bomb 2', 'bomb 3']) void ask(name, of('attacker'));
    void ask('picture', of('customer'));
    void ask('other picture', of('other'));
    await settled();
    for (const name of ['bomb 1', 'picture', 'other picture', 'bomb 2']) await end(name);
    expect(begun).toEqual(['bomb 1', 'picture', 'other picture', 'bomb 2', 'bomb 3']);
  });

  it('are no more at once than there are places, and than one of them may have', async () => {
    const { ask, end, begun } = line();
    for (const name of ['a1', 'a2']) void ask(name, of('a'));
    for (const name of ['b1', 'b2']) void ask(name, of('b', { mostOfTheirs: 2 }));
    await settled();
    expect(begun).toEqual(['a1', 'b1']);
    await end('b1');
    expect(begun).toEqual(['a1', 'b1', 'b2']);
    await end('a1');
    expect(begun).toEqual(['a1', 'b1', 'b2', 'a2']);
  });

  it('of a kind that is limited leave the other places to the others', async () => {
    const { ask, end, begun } = line();
    const large = { kind: { name: 'large', most: 1 } };
    for (const who of ['a', 'b', 'c']) void ask(`large ${who}`, of(who, large));
    void ask('small', of('d'));
    await settled();
    expect(begun).toEqual(['large a', 'small']);
    await end('large a');
    expect(begun).toEqual(['large a', 'small', 'large b']);
  });

  it('are given back once', async () => {
    const { ask, end, begun } = line({ ...LIMITS, places: 1 });
    for (const who of ['a', 'b', 'c']) void ask(who, of(who));
    await settled();
    await end('a');
    await end('a');
    expect(begun).toEqual(['a', 'b']);
  });

  it('are refused to one for whom too many wait, and to all when too many wait', async () => {
    const turns = createTurns(LIMITS);
    const take = (who: string) => {
      const answer = turns.take(of(who));
      asked.push(answer);
      return answer;
    };
    await take('a');
    const waiting = Array.from({ length: 4 }, () => take('a'));
    await expect(take('a')).rejects.toMatchObject({ code: 'rate_limited' });
    await take('b');
    waiting.push(take('b'), take('b'));
    await expect(take('c')).rejects.toMatchObject({ code: 'unavailable' });
    expect(waiting).toHaveLength(LIMITS.waiting);
  });

  it('that nobody wants any more, or that do not come in time, hold up nobody', async () => {
    const gone = new AbortController();
    const { ask, end, begun } = line({ ...LIMITS, places: 1, waitMsMax: 1 });
    void ask('first', of('a'));
    const aborted = ask('aborted', of('b', { signal: gone.signal }));
    gone.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(ask('again', of('b', { signal: gone.signal }))).rejects.toMatchObject({
      code: 'invalid_request',
    });
    await expect(ask('late', of('c'))).rejects.toMatchObject({ code: 'unavailable' });
    await end('first');
    await ask('next', of('d'));
    expect(begun).toEqual(['first', 'next']);
  });
});

/** Whatever was promised by now has been told. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
