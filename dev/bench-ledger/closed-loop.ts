import type { Ledger } from '../../src/ledger/commands';
import type { NextCommand } from './workload';

export interface Load {
  readonly callers: number;
  readonly next: NextCommand;
}

export interface LoadResult {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Each caller submits its next command as soon as the last is answered, for so many seconds; all loads at once. */
export async function runLoads(
  ledger: Ledger,
  loads: readonly Load[],
  seconds: number,
): Promise<readonly LoadResult[]> {
  const start = performance.now();
  const end = start + seconds * 1000;
  return Promise.all(
    loads.map(async ({ callers, next }) => {
      const latencies: number[] = [];
      const call = async () => {
        for (let now = performance.now(); now < end;) {
          await ledger.submit(next());
          const answered = performance.now();
          latencies.push(answered - now);
          now = answered;
        }
      };
      await Promise.all(Array.from({ length: callers }, call));
      const elapsedMs = performance.now() - start;
      latencies.sort((a, b) => a - b);
      return {
        perSecond: (latencies.length * 1000) / elapsedMs,
        p50Ms: percentile(latencies, 0.5),
        p99Ms: percentile(latencies, 0.99),
      };
    }),
  );
}

/** So many commands, each caller its next one as soon as the last is answered. Answers the seconds that they took. */
export async function timeCommands(
  ledger: Ledger,
  { callers, next }: Load,
  commands: number,
): Promise<number> {
  let left = commands;
  const call = async () => {
    while (left > 0) {
      left -= 1;
      await ledger.submit(next());
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: callers }, call));
  return (performance.now() - start) / 1000;
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
