import { epochMsOf, instantOf, type Instant } from '../domain/instants';
import { createCarryOutDue } from './carry-out-due';
import type { Chore, ChoreDeps } from './chore';
import { repeatChores } from './repeat';
import { TIMETABLE } from './timetable';

const START = '2027-01-01T00:00:00.000Z' as Instant;
const after = (ms: number): Instant => instantOf(epochMsOf(START) + ms);

/** These chores use nothing but a clock. */
const deps = { clock: { now: () => Promise.resolve(START) } } as ChoreDeps;

/** A chore that counts its runs. */
function chore(
  name: string,
  parts: Partial<Chore> & Pick<Chore, 'nextDueAt'>,
): Chore & { readonly runs: number } {
  let runs = 0;
  return {
    ...{ name, pauseMs: 5_000, run: () => Promise.resolve((runs += 1)), ...parts },
    get runs() {
      return runs;
    },
  };
}

const never = () => Promise.resolve(null);
const unexpected = (name: string) => {
  throw new Error(`${name} failed`);
};
const failing = (report: (chore: string) => void) => (_error: unknown, name: string) => report(name);

describe('the timetable', () => {
  it('names each chore once, and has no chore that does not say when it is due', () => {
    const names = TIMETABLE.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    // @ts-expect-error: without `nextDueAt` it is no chore.
    const undue: Chore = { name: 'now and then', run: never, pauseMs: 1 };
    expect(undue.nextDueAt).toBeUndefined();
  });
});

describe('carrying out what is due on a clock that waits', () => {
  it('runs what is due, in order, and answers when the next is', async () => {
    const order: string[] = [];
    const at = (name: string, instant: Instant | null) =>
      chore(name, {
        nextDueAt: (_deps, { ranAt }) => Promise.resolve(ranAt === null ? instant : after(7_000)),
        run: () => Promise.resolve(order.push(name)),
      });
    const chores = [at('now', START), at('soon', after(2_000)), at('past', after(-1)), at('never', null)];
    const carryOut = createCarryOutDue(chores, deps, failing(unexpected));
    expect(await carryOut(START)).toBe(after(2_000));
    expect(order).toEqual(['now', 'past']);
    expect(await carryOut(after(2_000))).toBe(after(7_000));
    expect(order).toEqual(['now', 'past', 'soon']);
  });

  it('comes back after the pause to what is due still', async () => {
    const stuck = chore('stuck', { nextDueAt: () => Promise.resolve(START) });
    const carryOut = createCarryOutDue([stuck], deps, failing(unexpected));
    expect(await carryOut(after(10))).toBe(after(5_010));
  });

  it('reports what fails, runs the others all the same, and runs it again when it is called again', async () => {
    let isBroken = true;
    const broken = chore('broken', {
      nextDueAt: (_deps, { ranAt }) => Promise.resolve(ranAt === null ? START : null),
      run: () => (isBroken ? Promise.reject(new Error('no')) : Promise.resolve()),
    });
    const lost = chore('lost', { nextDueAt: () => Promise.reject(new Error('no')) });
    const well = chore('well', { nextDueAt: () => Promise.resolve(START) });
    const reported: string[] = [];
    const carryOut = createCarryOutDue(
      [broken, lost, well],
      deps,
      failing((name) => reported.push(name)),
    );
    await expect(carryOut(START)).rejects.toThrow('failed: broken, lost');
    expect([reported, well.runs]).toEqual([['broken', 'lost'], 1]);
    isBroken = false;
    await expect(carryOut(START)).rejects.toThrow('failed: lost');
    expect(well.runs).toBe(2);
  });
});

describe('repeating chores in real time', () => {
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
  };

  it('runs each at once and again after its pause, due or not', async () => {
    const chores = [chore('one', { nextDueAt: never, pauseMs: 1 }), chore('two', { nextDueAt: never })];
    const stop = repeatChores(chores, deps, failing(unexpected));
    await until(() => chores[0]!.runs > 2 && chores[1]!.runs === 1);
    await stop();
  });

  it('reports what fails and tries it again, while the others go on', async () => {
    const reported: string[] = [];
    const broken = chore('broken', {
      ...{ nextDueAt: never, pauseMs: 1 },
      run: () => Promise.reject(new Error('no')),
    });
    const lost = chore('lost', { nextDueAt: () => Promise.reject(new Error('no')), pauseMs: 1 });
    const well = chore('well', { nextDueAt: never, pauseMs: 1 });
    const stop = repeatChores(
      [broken, lost, well],
      deps,
      failing((name) => reported.push(name)),
    );
    await until(
      () => well.runs > 2 && lost.runs > 2 && reported.filter((name) => name === 'broken').length > 2,
    );
    await stop();
    expect(new Set(reported)).toEqual(new Set(['broken', 'lost']));
  });

  it('holds up no chore by one that takes long, and ends when its run has ended', async () => {
    let release: () => void = () => undefined;
    const long = chore('long', {
      nextDueAt: never,
      run: () => new Promise<void>((resolve) => (release = resolve)),
    });
    const short = chore('short', { nextDueAt: never, pauseMs: 1 });
    const stop = repeatChores([long, short], deps, failing(unexpected));
    await until(() => short.runs > 2);
    let hasEnded = false;
    const ending = stop().then(() => (hasEnded = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(hasEnded).toBe(false);
    release();
    await ending;
  });
});
