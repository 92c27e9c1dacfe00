import type { OwnInput } from './random-catalog';

/** How often what has happened. */
export type Tally = Record<string, number>;

/** What a play with a catalog leaves to chance, and what has come of it. */
export interface Chances {
  readonly inputs: readonly OwnInput[];
  readonly choose: <T>(choices: readonly T[]) => T;
  readonly tally: Tally;
}

export function count({ tally }: Chances, what: string): void {
  tally[what] = (tally[what] ?? 0) + 1;
}

/** One after the other over the whole run, so that none is left out. */
export function nextOf<T>(chances: Chances, what: string, choices: readonly T[]): T {
  const choice = choices[(chances.tally[what] ?? 0) % choices.length];
  count(chances, what);
  return choice as T;
}
