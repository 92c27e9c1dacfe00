import { parseArgs } from 'node:util';
import { createLedger } from '../../src/ledger/ledger';
import { startBenchServer } from './bench-server';
import { compareWithPgbench, type Comparison } from './compare';
import { measureGrowth } from './growth';
import { requirePgbench } from './pgbench';
import { proveInvariants } from './prove';
import { openWallets } from './workload';

const USAGE = `npm run bench:ledger [-- [--json] [--seconds N]]   compare with pgbench, N seconds a case and round (default 2)
npm run bench:ledger -- --growth [--rows N]         cost per command while the journal grows to N rows (default 10000000)
`;

const say = (line: string) => process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      growth: { type: 'boolean', default: false },
      seconds: { type: 'string', default: '2' },
      rows: { type: 'string', default: '10000000' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  if (!values.growth) requirePgbench();
  const result = values.growth ? await grow(Number(values.rows)) : await compare(Number(values.seconds));
  say(`\nThe audit ${result.invariants ? 'finds nothing wrong' : 'FINDS THE LEDGER WRONG'}.`);
  if (!result.invariants) process.exitCode = 1;
  if (values.json) say(JSON.stringify(result));
}

async function grow(rowsMax: number) {
  // A vacuum in the middle of a measurement would fall on one side alone: both are vacuumed before it.
  const server = await startBenchServer({ autovacuum: 'off' });
  try {
    return await measureGrowth(server, rowsMax, say);
  } finally {
    await server.stop();
  }
}

async function compare(seconds: number) {
  const server = await startBenchServer();
  try {
    const database = await server.createLedgerDatabase('scrip');
    const measured = await measureRatios(database.appUrl, seconds);
    return { ...measured, invariants: await proveInvariants(database, say) };
  } finally {
    await server.stop();
  }
}

async function measureRatios(databaseUrl: string, seconds: number) {
  say('Opening 10,001 wallets with three lots each …');
  const ledger = createLedger({ databaseUrl });
  await openWallets(ledger);
  await ledger.close();
  const { figures, ratios, coldP99Ratio } = await compareWithPgbench(databaseUrl, seconds, say);
  printFigures(figures);
  say('\nRatios to pgbench on the same function (hot: to its better one of 4 and 24 clients)');
  for (const [name, ratio] of Object.entries(ratios))
    say(`  ${name.padEnd(14)} ${ratio.toFixed(2).padStart(7)}`);
  say(
    `\np99 of cold wallets beside as many callers at one hot wallet: ${coldP99Ratio.toFixed(2)} × theirs alone`,
  );
  const latencyMs = Object.fromEntries(
    Object.entries(figures)
      .filter(([name]) => !name.startsWith('pgbench'))
      .map(([name, { p50Ms, p99Ms }]) => [name, { p50: round(p50Ms), p99: round(p99Ms) }]),
  );
  return {
    ratios: Object.fromEntries(Object.entries(ratios).map(([name, ratio]) => [name, round(ratio)])),
    latencyMs,
  };
}

function printFigures(figures: Comparison['figures']): void {
  say('\ncase            commands/s   p50 ms   p99 ms   (pgbench: average ms)');
  for (const [name, { perSecond, p50Ms, p99Ms }] of Object.entries(figures)) {
    const p99 = Number.isNaN(p99Ms) ? '' : p99Ms.toFixed(2);
    say(
      `${name.padEnd(15)} ${perSecond.toFixed(0).padStart(10)} ${p50Ms.toFixed(2).padStart(8)} ${p99.padStart(8)}`,
    );
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
