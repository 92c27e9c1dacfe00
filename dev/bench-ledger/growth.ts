import { Client } from 'pg';
import type { BenchDatabase, BenchServer } from './bench-server';
import { probeCost, type Calls, type Cost } from './cost-probe';
import { rowsOf, writePasts, type Past } from './past';
import { auditUnderLoad, type AuditRun } from './prove';

const FIRST_ROWS = 1_000;
/** One wallet for every ten rows of the journal. */
const ORDINARY = { prefix: 'cus_', blocks: 1 };
/** One customer with a long past: one per cent of the journal is theirs. */
const DEEP = { prefix: 'deep_', from: 1, upto: 1 };
const DEEP_WALLET = 'deep_1';
const CONTROL_WALLETS = 1_000;
const ROUNDS = 5;

interface Case {
  readonly name: string;
  readonly calls: Calls;
  /** Which wallet the n-th command is for. */
  readonly pick: (sample: readonly string[], n: number) => string | undefined;
}

const random = (sample: readonly string[]) => sample[Math.floor(Math.random() * sample.length)];

/** The first finds its wallets untouched since a checkpoint, the second and third find them in memory. */
const CASES: readonly Case[] = [
  { name: 'first touch', calls: { callers: 256, commands: 1_000 }, pick: (all, n) => all[n % all.length] },
  { name: '256 callers', calls: { callers: 256, commands: 5_120 }, pick: random },
  { name: 'one caller', calls: { callers: 1, commands: 200, batchMax: 1 }, pick: random },
  { name: 'long past', calls: { callers: 1, commands: 100, batchMax: 1 }, pick: () => DEEP_WALLET },
];

/** Medians of the rounds; the ratio is the median of theirs. */
export interface CaseResult {
  readonly name: string;
  readonly grown: Cost;
  readonly control: Cost;
  readonly ratio: number;
}

export interface Step {
  readonly rows: number;
  readonly wallets: number;
  readonly cases: readonly CaseResult[];
  readonly audit: AuditRun;
}

/**
 * Ten times more journal at each step, and what a command costs then, beside a small ledger on the same server that never
 * grows. Both are asked in turn, about as many wallets, which are drawn anew from all of the ledger in every round. So what
 * else the machine does falls on both, and so does what callers share; what differs is the size alone.
 */
export async function measureGrowth(
  server: BenchServer,
  rowsMax: number,
  say: (line: string) => void,
): Promise<{ growth: readonly Step[]; invariants: boolean }> {
  const steps: Step[] = [];
  for (let rows = FIRST_ROWS; rows <= rowsMax; rows *= 10) {
    const wallets = rows / rowsOf(ORDINARY);
    const pasts: readonly Past[] = [
      { ...ORDINARY, from: 1, upto: wallets },
      { ...DEEP, blocks: rows / 1_000 },
    ];
    const sizes = pasts.map((past) => (past.upto - past.from + 1) * rowsOf(past));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    say(`\n${total.toLocaleString('en')} rows of ${wallets.toLocaleString('en')} wallets`);
    const grown = await makeLedger(server, 'grown', pasts);
    const control = await makeLedger(server, 'control', [
      { ...ORDINARY, from: 1, upto: CONTROL_WALLETS },
      { ...DEEP, blocks: 1 },
    ]);
    const cases = await measureStep(grown, control, wallets, say);
    const audit = await auditUnderLoad(grown, () => walletOf(drawOne(wallets)), say);
    steps.push({ rows: total, wallets, cases, audit });
    await server.dropDatabase('grown');
    await server.dropDatabase('control');
  }
  return { growth: steps, invariants: steps.every(({ audit }) => audit.ok) };
}

async function makeLedger(server: BenchServer, name: string, pasts: readonly Past[]): Promise<BenchDatabase> {
  const database = await server.createLedgerDatabase(name);
  await writePasts(database.ownerUrl, pasts);
  return database;
}

async function measureStep(
  grown: BenchDatabase,
  control: BenchDatabase,
  wallets: number,
  say: (line: string) => void,
): Promise<readonly CaseResult[]> {
  const runs = CASES.map(({ name }) => ({ name, grown: [] as Cost[], control: [] as Cost[] }));
  const addressed = Math.min(wallets, CONTROL_WALLETS);
  for (let round = 0; round < ROUNDS; round += 1) {
    const samples = { grown: draw(addressed, wallets), control: draw(addressed, CONTROL_WALLETS) };
    await checkpoint(grown);
    for (const [index, { calls, pick }] of CASES.entries()) {
      // Whoever comes second in one round comes first in the next.
      for (const side of round % 2 === 0
        ? (['grown', 'control'] as const)
        : (['control', 'grown'] as const)) {
        let n = 0;
        const next = () => pick(samples[side], n++) ?? DEEP_WALLET;
        runs[index]?.[side].push(await probeCost(side === 'grown' ? grown : control, calls, next));
      }
    }
  }
  say('                   µs  control   ratio |  buffers  control | WAL bytes  control');
  return runs.map((run) => {
    const result = {
      name: run.name,
      grown: medianOf(run.grown),
      control: medianOf(run.control),
      ratio: median(
        run.grown.map(({ micros }, index) => micros / (run.control[index]?.micros ?? Number.NaN)),
      ),
    };
    say(lineOf(result));
    return result;
  });
}

function lineOf({ name, grown, control, ratio }: CaseResult): string {
  const pair = (a: number, b: number, width: number) =>
    `${a.toFixed(0).padStart(width)} ${b.toFixed(0).padStart(8)}`;
  return `${name.padEnd(12)} ${pair(grown.micros, control.micros, 8)} ${ratio.toFixed(2).padStart(7)} | ${pair(grown.buffers, control.buffers, 8)} | ${pair(grown.walBytes, control.walBytes, 9)}`;
}

async function checkpoint({ ownerUrl }: BenchDatabase): Promise<void> {
  const owner = new Client({ connectionString: ownerUrl });
  await owner.connect();
  await owner.query('CHECKPOINT');
  await owner.end();
}

/** So many different wallets out of all. */
function draw(count: number, wallets: number): readonly string[] {
  const drawn = new Set<number>();
  while (drawn.size < count) drawn.add(drawOne(wallets));
  return [...drawn].map(walletOf);
}

function drawOne(wallets: number): number {
  return 1 + Math.floor(Math.random() * wallets);
}

function walletOf(number: number): string {
  return `${ORDINARY.prefix}${String(number)}`;
}

function medianOf(costs: readonly Cost[]): Cost {
  return {
    micros: median(costs.map(({ micros }) => micros)),
    buffers: median(costs.map(({ buffers }) => buffers)),
    walBytes: median(costs.map(({ walBytes }) => walBytes)),
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
