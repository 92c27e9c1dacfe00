import { DomainError } from '../domain/errors';
import { createBatcher, type Attempt, type BatcherOptions } from './batcher';

type Script = (items: readonly number[], count: number) => Attempt<string> | Promise<Attempt<string>>;

/** A batcher of numbers whose answers are their texts, with everything that was attempted. */
function createNumbers(script: Script, options: Partial<BatcherOptions<number, string>> = {}) {
  const attempts: (readonly number[])[] = [];
  const batcher = createBatcher<number, string>({
    attempt: async (items) => {
      attempts.push(items);
      return script(items, attempts.length);
    },
    mayRepeat: () => Promise.resolve(true),
    queueMax: 100,
    batchMax: 10,
    ...options,
  });
  return { attempts, ...batcher };
}

const applied = (items: readonly number[]): Attempt<string> => ({
  outcome: 'applied',
  answers: items.map(String),
});
const rejected = (again = false): Attempt<string> => ({
  ...{ outcome: 'rejected', again, error: new Error('poison') },
});
const unknown: Attempt<string> = { outcome: 'unknown', error: new Error('connection lost') };

/** A promise that the test resolves when it wants to. */
function createGate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

describe('the batcher', () => {
  it('answers a single item by itself, and what comes meanwhile as one batch in order', async () => {
    const gate = createGate();
    const { submit, attempts } = createNumbers(async (items, count) => {
      if (count === 1) await gate.opened;
      return applied(items);
    });
    const first = submit(0);
    await Promise.resolve().then(() => Promise.resolve());
    const rest = [1, 2, 3].map((item) => submit(item));
    gate.open();
    expect(await Promise.all([first, ...rest])).toEqual(['0', '1', '2', '3']);
    expect(attempts).toEqual([[0], [1, 2, 3]]);
  });

  it('never has more than its maximum in one batch', async () => {
    const { submit, attempts } = createNumbers(applied, { batchMax: 4 });
    await Promise.all(Array.from({ length: 10 }, (_, item) => submit(item)));
    expect(attempts.map(({ length }) => length)).toEqual([4, 4, 2]);
  });

  it('refuses at once what its queue cannot hold, and answers the others', async () => {
    const gate = createGate();
    const { submit, attempts } = createNumbers(
      async (items) => {
        await gate.opened;
        return applied(items);
      },
      { queueMax: 3 },
    );
    const accepted = [0, 1, 2].map((item) => submit(item));
    await expect(submit(3)).rejects.toMatchObject({ code: 'unavailable', details: { retryAfterSeconds: 1 } });
    gate.open();
    expect(await Promise.all(accepted)).toEqual(['0', '1', '2']);
    expect(attempts.flat()).not.toContain(3);
  });

  it('cuts a rejected batch in two until the one that spoils it stands alone', async () => {
    const { submit, attempts } = createNumbers((items) => (items.includes(5) ? rejected() : applied(items)));
    const results = await Promise.allSettled(Array.from({ length: 8 }, (_, item) => submit(item)));
    expect(results.map(({ status }) => status)).toEqual(
      Array.from({ length: 8 }, (_, item) => (item === 5 ? 'rejected' : 'fulfilled')),
    );
    const succeeded = attempts.filter((items) => !items.includes(5)).flat();
    expect(succeeded).toEqual([0, 1, 2, 3, 4, 6, 7]);
  });

  it('tries a batch that lost a race again as it was', async () => {
    const { submit, attempts } = createNumbers((items, count) =>
      count < 3 ? rejected(true) : applied(items),
    );
    expect(await Promise.all([submit(1), submit(2)])).toEqual(['1', '2']);
    expect(attempts).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
    ]);
  });

  it('sends a batch with an unknown outcome again as it was', async () => {
    const { submit, attempts } = createNumbers((items, count) => (count === 1 ? unknown : applied(items)));
    expect(await Promise.all([submit(1), submit(2)])).toEqual(['1', '2']);
    expect(attempts).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it('tells the batch and everybody behind it when it gives up, and then goes on', async () => {
    let isDown = true;
    const { submit } = createNumbers((items) => (isDown ? unknown : applied(items)), {
      mayRepeat: (repeat) => Promise.resolve(repeat < 3),
      batchMax: 2,
    });
    const results = await Promise.allSettled([1, 2, 3].map((item) => submit(item)));
    for (const result of results) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } });
    }
    isDown = false;
    expect(await submit(4)).toBe('4');
  });

  it('closes after everything that was submitted is answered, and refuses what comes later', async () => {
    const { submit, close } = createNumbers(applied, { batchMax: 1 });
    const before = [1, 2, 3].map((item) => submit(item));
    const closing = close();
    await expect(submit(4)).rejects.toBeInstanceOf(DomainError);
    await closing;
    expect(await Promise.all(before)).toEqual(['1', '2', '3']);
  });
});
