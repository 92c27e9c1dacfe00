import { createLedger, type LedgerOptions } from '../../src/ledger/ledger';
import { runLoads, type Load, type LoadResult } from './closed-loop';
import { runPgbench } from './pgbench';
import {
  HOT,
  movements,
  pgbenchMovements,
  pgbenchRefusals,
  randomWallet,
  refusals,
  type Script,
} from './workload';

/** A case that was run several times: the middle one of each figure. */
export type Figures = Readonly<Record<string, { perSecond: number; p50Ms: number; p99Ms: number }>>;

const SPREAD = `'cus_' || :wallet`;
const HOT_WALLET = `'${HOT}'`;
const ROUNDS = 3;
const CALLERS = 256;
const COLD_CALLERS = 32;

type Options = Omit<LedgerOptions, 'databaseUrl'>;

/** One command per call, on as many connections as pgbench has clients. */
const SINGLES: Options = { lanes: 24, batchMax: 1 };
/** Wallets fall into lanes by chance: with two callers a lane few lanes are idle. */
const SINGLE_CALLERS = 48;
/** As the API and the workers run. */
const BATCHES: Options = {};

/**
 * Runs every case in rounds, pgbench and ours in turn, so that whatever else the machine does falls on both. Answers the
 * median of each case: commands a second and, for ours, latencies.
 */
export async function compareWithPgbench(
  url: string,
  seconds: number,
  say: (line: string) => void,
): Promise<Figures> {
  const spread = movements(randomWallet);
  const hot = movements(() => HOT);
  const admit = refusals(randomWallet);
  const pgbench = (clients: number, script: Script) => async () => {
    const { perSecond, averageMs } = await runPgbench(url, { clients, seconds, script });
    return [{ perSecond, p50Ms: averageMs, p99Ms: Number.NaN }];
  };
  const ours =
    (options: Options, ...loads: readonly Load[]) =>
    async () => {
      const ledger = createLedger({ databaseUrl: url, ...options });
      try {
        return await runLoads(ledger, loads, seconds);
      } finally {
        await ledger.close();
      }
    };
  const cases: Readonly<Record<string, () => Promise<readonly LoadResult[]>>> = {
    pgbenchSpread: pgbench(24, pgbenchMovements(SPREAD)),
    singleSpread: ours(SINGLES, { callers: SINGLE_CALLERS, next: spread }),
    batchSpread: ours(BATCHES, { callers: CALLERS, next: spread }),
    pgbenchHot4: pgbench(4, pgbenchMovements(HOT_WALLET)),
    pgbenchHot24: pgbench(24, pgbenchMovements(HOT_WALLET)),
    singleHot: ours(SINGLES, { callers: SINGLE_CALLERS, next: hot }),
    batchHot: ours(BATCHES, { callers: CALLERS, next: hot }),
    pgbenchAdmit: pgbench(24, pgbenchRefusals(SPREAD)),
    admitSpread: ours(BATCHES, { callers: CALLERS, next: admit }),
    coldAlone: ours(BATCHES, { callers: COLD_CALLERS, next: spread }),
    coldUnderHot: ours(
      BATCHES,
      { callers: COLD_CALLERS, next: spread },
      { callers: COLD_CALLERS, next: hot },
    ),
  };
  const runs: Record<string, LoadResult[]> = {};
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const [name, run] of Object.entries(cases)) {
      const [result] = await run();
      if (result !== undefined) (runs[name] ??= []).push(result);
    }
    say(`round ${String(round)} of ${String(ROUNDS)} done`);
  }
  return Object.fromEntries(Object.entries(runs).map(([name, results]) => [name, medianOf(results)]));
}

function medianOf(results: readonly LoadResult[]): LoadResult {
  const middle = (values: readonly number[]) =>
    [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  return {
    perSecond: middle(results.map(({ perSecond }) => perSecond)),
    p50Ms: middle(results.map(({ p50Ms }) => p50Ms)),
    p99Ms: middle(results.map(({ p99Ms }) => p99Ms)),
  };
}
