/** Runs at most `most` of the given things at a time; the others wait in the order in which they came. */
export function createLimit(most: number): <T>(run: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (run) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      // The place goes straight to the next in line, so that nobody who comes now can take it.
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
