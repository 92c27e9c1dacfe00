import { setInterval } from 'node:timers';
import { Client } from 'pg';
import { audit, type Audit } from '../../src/audit/ledger/audit-ledger';
import { instantOf } from '../../src/domain/instants';
import { createLedger } from '../../src/ledger/ledger';
import { createDatabase } from '../../src/platform/database';
import type { BenchDatabase } from './bench-server';
import { movements } from './workload';

const MEMORY_INTERVAL_MS = 50;

/** An audit of the whole ledger while commands went on. */
export interface AuditRun {
  readonly ok: boolean;
  readonly seconds: number;
  /** Rows that the checks looked at, all together. */
  readonly checked: number;
  /** Commands that were applied meanwhile. */
  readonly commands: number;
  /** By how much this process grew at most. */
  readonly memoryMb: number;
}

/** Whether the audit finds nothing; says what it finds. */
export async function proveInvariants(
  { appUrl }: BenchDatabase,
  say: (line: string) => void,
): Promise<boolean> {
  const { ok } = await runAudit(appUrl, say);
  return ok;
}

/** Audits the whole ledger, its monthly sums brought up to date before, while one caller keeps writing. */
export async function auditUnderLoad(
  database: BenchDatabase,
  pick: () => string,
  say: (line: string) => void,
): Promise<AuditRun> {
  await bringUpToDate(database);
  const ledger = createLedger({ databaseUrl: database.appUrl });
  const next = movements(pick);
  let commands = 0;
  let audited = false;
  const write = async () => {
    while (!audited) {
      await ledger.submit(next());
      commands += 1;
    }
  };
  const memoryBefore = process.memoryUsage.rss();
  let memoryPeak = memoryBefore;
  const watch = setInterval(() => {
    memoryPeak = Math.max(memoryPeak, process.memoryUsage.rss());
  }, MEMORY_INTERVAL_MS);
  const start = performance.now();
  const writing = write();
  try {
    const { ok, checks } = await runAudit(database.appUrl, say);
    const run = {
      ok,
      seconds: (performance.now() - start) / 1000,
      checked: checks.reduce((sum, { checked }) => sum + checked, 0),
      commands,
      memoryMb: (memoryPeak - memoryBefore) / 2 ** 20,
    };
    say(
      `audit ${ok ? 'finds nothing wrong' : 'FINDS THE LEDGER WRONG'}: ${run.seconds.toFixed(1)} s, ${run.checked.toLocaleString('en')} rows checked, ` +
        `${run.commands.toLocaleString('en')} commands meanwhile, ${run.memoryMb.toFixed(0)} MB more memory at most`,
    );
    return run;
  } finally {
    audited = true;
    clearInterval(watch);
    await writing;
    await ledger.close();
  }
}

async function runAudit(appUrl: string, say: (line: string) => void): Promise<Audit> {
  const db = createDatabase(appUrl);
  try {
    const result = await audit(db, {
      checkedAt: instantOf(Date.parse('2026-06-02T00:00:00Z')),
      hasLiveWorkflow: () => Promise.resolve(true),
    });
    for (const { name, offenders } of result.checks) {
      for (const { table, id, problem } of offenders.slice(0, 5)) say(`${name}: ${table} ${id} ${problem}`);
    }
    return result;
  } finally {
    await db.destroy();
  }
}

/** As the owner, whom no statement timeout stops: a bulk of past is one transaction. Does autovacuum's part too. */
async function bringUpToDate({ ownerUrl }: BenchDatabase): Promise<void> {
  const owner = new Client({ connectionString: ownerUrl });
  await owner.connect();
  try {
    for (let more = true; more;) {
      const { rows } = await owner.query<{ more: boolean }>('SELECT ledger.roll_up(20000) AS more');
      more = rows[0]?.more === true;
    }
    await owner.query('ANALYZE');
  } finally {
    await owner.end();
  }
}
