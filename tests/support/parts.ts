import type { ChildProcess } from 'node:child_process';

interface Parts {
  folder: string | undefined;
  readonly processes: ChildProcess[];
}

declare global {
  var scripTestParts: Parts | undefined;
}

/** What the global set-up started, for the tear-down: jest loads the two files apart, so only `globalThis` joins them. */
export const parts: Parts = (globalThis.scripTestParts ??= { folder: undefined, processes: [] });
