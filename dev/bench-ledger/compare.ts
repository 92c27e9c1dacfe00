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

export interface Comparison {
  /** By case: the median of each figure over all rounds. */
  readonly figures: Readonly<Record<string, LoadResult>>;
  /** By case of ours: its rate to pgbench's. */
  readonly ratios: Readonly<Record<string, number>>;
  /** The p99 of cold wallets beside a hot one to theirs alone. */
  readonly coldP99Ratio: number;
}

/** Each case of ours and those of pgbench whose best it is compared with. */
const COMPARED: Readonly<Record<string, readonly string[]>> = {
  singleSpread: ['pgbenchSpread'],
  singleHot: ['pgbenchHot4', 'pgbenchHot24'],
  batchSpread: ['pgbenchSpread'],
  batchHot: ['pgbenchHot4', 'pgbenchHot24'],
  admitSpread: ['pgbenchAdmit'],
};

const SPREAD = `'cus_' || :wallet`;
const HOT_WALLET = `'${HOT}'`;
/** Odd, and enough for one bad stretch of a busy machine not to decide. */
const ROUNDS = 5;
const CALLERS = 256;
const COLD_CALLERS = 32;
/** One wallet is one connection: more callers would only wait longer. */
const HOT_SINGLE_CALLERS = 24;

type Options = Omit<LedgerOptions, 'databaseUrl'>;

/**
 * One command per call, on as many connections as pgbench has clients. Wallets fall into lanes by chance: as many callers
 * as for batches leave a twelfth of them idle at a time, two callers a lane would leave a third.
 */
const SINGLES: Options = { lanes: 24, batchMax: 1 };
/** As the API and the workers run. */
const BATCHES: Options = {};

/**
 * Runs every case in rounds, pgbench and ours in turn, so that whatever else the machine does falls on both. A ratio is
 * the median of the rounds' own ratios: what is compared was measured within the same half minute.
 */
export async function compareWithPgbench(
  url: string,
  seconds: number,
  say: (line: string) => void,
): Promise<Comparison> {
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
    singleSpread: ours(SINGLES, { callers: CALLERS, next: spread }),
    batchSpread: ours(BATCHES, { callers: CALLERS, next: spread }),
    pgbenchHot4: pgbench(4, pgbenchMovements(HOT_WALLET)),
    pgbenchHot24: pgbench(24, pgbenchMovements(HOT_WALLET)),
    singleHot: ours(SINGLES, { callers: HOT_SINGLE_CALLERS, next: hot }),
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
  return {
    figures: Object.fromEntries(Object.entries(runs).map(([name, results]) => [name, medianOf(results)])),
    ratios: Object.fromEntries(
      Object.entries(COMPARED).map(([name, theirs]) => [name, ratioOf(runs, name, theirs, 'perSecond')]),
    ),
    coldP99Ratio: ratioOf(runs, 'coldUnderHot', ['coldAlone'], 'p99Ms'),
  };
}

function ratioOf(
  runs: Readonly<Record<string, readonly LoadResult[]>>,
  name: string,
  others: readonly string[],
  figure: keyof LoadResult,
): number {
  const best = (round: number) => Math.max(...others.map((other) => runs[other]?.[round]?.[figure] ?? 0));
  return middle((runs[name] ?? []).map((run, round) => run[figure] / best(round)));
}

function medianOf(results: readonly LoadResult[]): LoadResult {
  return {
    perSecond: middle(results.map(({ perSecond }) => perSecond)),
    p50Ms: middle(results.map(({ p50Ms }) => p50Ms)),
    p99Ms: middle(results.map(({ p99Ms }) => p99Ms)),
  };
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
