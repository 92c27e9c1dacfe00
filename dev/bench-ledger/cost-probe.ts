import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { createLedger } from '../../src/ledger/ledger';
import type { BenchDatabase } from './bench-server';
import { timeCommands } from './closed-loop';
import { movements } from './workload';

/** What a command costs. Buffers and bytes do not depend on how busy the machine is. */
export interface Cost {
  readonly micros: number;
  /** Pages that were looked at, in memory or on the disk. */
  readonly buffers: number;
  readonly walBytes: number;
}

export interface Calls {
  readonly callers: number;
  readonly commands: number;
  /** The batcher's own limit when undefined. */
  readonly batchMax?: number;
}

/** Makes connections and plans before the clock runs. */
const PRIMING = { callers: 64, commands: 128 };

interface Counters {
  readonly buffers: number;
  readonly walBytes: number;
}

/** Runs commands on the wallets that `pick` chooses, on a ledger of their own, while nobody else uses the server. */
export async function probeCost(
  database: BenchDatabase,
  { callers, commands, batchMax }: Calls,
  pick: () => string,
): Promise<Cost> {
  const ledger = createLedger({
    databaseUrl: database.appUrl,
    ...(batchMax === undefined ? {} : { batchMax }),
  });
  const next = movements(pick);
  const observer = new Client({ connectionString: database.ownerUrl });
  await observer.connect();
  try {
    const before = await readCounters(observer);
    await timeCommands(ledger, { callers: PRIMING.callers, next }, PRIMING.commands);
    const seconds = await timeCommands(ledger, { callers, next }, commands);
    await ledger.close();
    const after = await readCounters(observer);
    const all = PRIMING.commands + commands;
    return {
      micros: (seconds * 1e6) / commands,
      buffers: (after.buffers - before.buffers) / all,
      walBytes: (after.walBytes - before.walBytes) / all,
    };
  } finally {
    await ledger.close();
    await observer.end();
  }
}

/** A connection adds to the counters at the latest when it ends. */
async function readCounters(observer: Client): Promise<Counters> {
  for (;;) {
    const { rows } = await observer.query<{ others: string; buffers: string; wal_bytes: string }>(
      `SELECT (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()) AS others,
         blks_hit + blks_read AS buffers, pg_current_wal_insert_lsn() - '0/0' AS wal_bytes
       FROM pg_stat_database WHERE datname = current_database()`,
    );
    const [row] = rows;
    if (row?.others === '0') return { buffers: Number(row.buffers), walBytes: Number(row.wal_bytes) };
    await delay(20);
  }
}
