import { parseArgs } from 'node:util';
import { instantOf } from '../../src/domain/instants';
import { audit } from '../../src/ledger/audit';
import { createLedger } from '../../src/ledger/ledger';
import { createDatabase } from '../../src/platform/database';
import { startBenchServer, type BenchServer } from './bench-server';
import { compareWithPgbench, type Figures } from './compare';
import { measureGrowth } from './growth';
import { requirePgbench } from './pgbench';
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
  const server = await startBenchServer();
  try {
    const result = values.growth
      ? await measureGrowth(server, Number(values.rows), say)
      : await compare(server, Number(values.seconds));
    const invariants = await proveInvariants(server);
    say(`\nThe audit ${invariants ? 'finds nothing wrong' : 'FINDS THE LEDGER WRONG'}.`);
    if (!invariants) process.exitCode = 1;
    if (values.json) say(JSON.stringify({ ...result, invariants }));
  } finally {
    await server.stop();
  }
}

async function compare(server: BenchServer, seconds: number) {
  say('Opening 10,001 wallets with three lots each …');
  const ledger = createLedger({ databaseUrl: server.appUrl });
  await openWallets(ledger);
  await ledger.close();
  const figures = await compareWithPgbench(server.appUrl, seconds, say);
  printFigures(figures);
  const rate = (name: string) => figures[name]?.perSecond ?? 0;
  const hot = Math.max(rate('pgbenchHot4'), rate('pgbenchHot24'));
  const ratios = {
    singleSpread: round(rate('singleSpread') / rate('pgbenchSpread')),
    singleHot: round(rate('singleHot') / hot),
    batchSpread: round(rate('batchSpread') / rate('pgbenchSpread')),
    batchHot: round(rate('batchHot') / hot),
    admitSpread: round(rate('admitSpread') / rate('pgbenchAdmit')),
  };
  say('\nRatios to pgbench on the same function (hot: to its better one of 4 and 24 clients)');
  for (const [name, ratio] of Object.entries(ratios))
    say(`  ${name.padEnd(14)} ${ratio.toFixed(2).padStart(7)}`);
  const cold = (figures['coldUnderHot']?.p99Ms ?? 0) / (figures['coldAlone']?.p99Ms ?? Number.NaN);
  say(`\np99 of cold wallets while as many callers are at one hot wallet: ${cold.toFixed(2)} × theirs alone`);
  const latencyMs = Object.fromEntries(
    Object.entries(figures)
      .filter(([name]) => !name.startsWith('pgbench'))
      .map(([name, { p50Ms, p99Ms }]) => [name, { p50: round(p50Ms), p99: round(p99Ms) }]),
  );
  return { ratios, latencyMs };
}

function printFigures(figures: Figures): void {
  say('\ncase            commands/s   p50 ms   p99 ms   (pgbench: average ms)');
  for (const [name, { perSecond, p50Ms, p99Ms }] of Object.entries(figures)) {
    const p99 = Number.isNaN(p99Ms) ? '' : p99Ms.toFixed(2);
    say(
      `${name.padEnd(15)} ${perSecond.toFixed(0).padStart(10)} ${p50Ms.toFixed(2).padStart(8)} ${p99.padStart(8)}`,
    );
  }
}

async function proveInvariants(server: BenchServer): Promise<boolean> {
  const db = createDatabase(server.appUrl);
  try {
    const { ok, checks } = await audit(db, {
      checkedAt: instantOf(Date.parse('2026-06-02T00:00:00Z')),
      hasLiveWorkflow: () => Promise.resolve(true),
    });
    for (const { name, offenders } of checks) {
      for (const { table, id, problem } of offenders.slice(0, 5)) say(`${name}: ${table} ${id} ${problem}`);
    }
    return ok;
  } finally {
    await db.destroy();
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
