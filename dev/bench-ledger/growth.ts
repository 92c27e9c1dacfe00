import { Client } from 'pg';
import { createLedger } from '../../src/ledger/ledger';
import type { BenchServer } from './bench-server';
import { runLoads } from './closed-loop';
import { movements, walletId } from './workload';

/** Rows of the journal that stand behind each wallet: opened, granted, and four holds settled at once. */
const ROWS_PER_WALLET = 10;
const WALLETS_MAX = 1_000_000;
const FIRST_ROWS = 1_000;
const SECONDS = 5;
const CHUNK = 50_000;

/**
 * Grows the journal tenfold at each step, a wallet for every ten rows, and measures what a command costs then: batches of
 * 256 callers and single calls, spread over all wallets. The rows of the past are written by the owner in bulk, exactly
 * as the function would have written them; the audit at the end says whether they are.
 */
export async function measureGrowth(server: BenchServer, rowsMax: number, say: (line: string) => void) {
  const owner = new Client({ connectionString: server.ownerUrl });
  await owner.connect();
  const steps: { rows: number; wallets: number; batchMicros: number; singleMicros: number }[] = [];
  say('journal rows     wallets   µs/command batched   µs/command single');
  try {
    let wallets = 0;
    for (let rows = FIRST_ROWS; rows <= rowsMax; rows *= 10) {
      const target = Math.min(rows / ROWS_PER_WALLET, WALLETS_MAX);
      for (; wallets < target; wallets += CHUNK)
        await addPast(owner, wallets + 1, Math.min(wallets + CHUNK, target));
      wallets = target;
      await owner.query('VACUUM (ANALYZE)');
      const pick = () => walletId(1 + Math.floor(Math.random() * target));
      const batchMicros = await costOf(server.appUrl, 256, undefined, pick);
      const singleMicros = await costOf(server.appUrl, 1, 1, pick);
      steps.push({ rows, wallets, batchMicros, singleMicros });
      say(
        `${String(rows).padStart(12)} ${String(wallets).padStart(11)} ${batchMicros.toFixed(1).padStart(20)} ${singleMicros.toFixed(1).padStart(19)}`,
      );
    }
  } finally {
    await owner.end();
  }
  return { growth: steps };
}

async function costOf(
  databaseUrl: string,
  callers: number,
  batchMax: number | undefined,
  pick: () => string,
): Promise<number> {
  const ledger = createLedger({ databaseUrl, ...(batchMax === undefined ? {} : { batchMax }) });
  try {
    const [result] = await runLoads(ledger, [{ callers, next: movements(pick) }], SECONDS);
    return 1e6 / (result?.perSecond ?? Number.NaN);
  } finally {
    await ledger.close();
  }
}

/** Wallets `from` to `upto` with a grant of 1,000 and four captured holds of 10 each: nine rows after the opening one. */
async function addPast(owner: Client, from: number, upto: number): Promise<void> {
  await owner.query('BEGIN');
  // Foreign keys are checked by the audit afterwards; the journal's own triggers stay.
  await owner.query('SET LOCAL session_replication_role = replica');
  for (const sql of PAST)
    await owner.query(sql.replaceAll(':from', String(from)).replaceAll(':upto', String(upto)));
  await owner.query('COMMIT');
}

const AT = `'2026-01-01T00:00:00Z'::timestamptz`;
const EACH_WALLET = `generate_series(:from, :upto) w`;
const EACH_HOLD = `${EACH_WALLET} CROSS JOIN generate_series(1, 4) h`;

const PAST = [
  `INSERT INTO ledger.wallets (id, seq, available, held, owed, lots, effective_at)
   SELECT 'cus_' || w, 9, 960, 0, 0, 1, ${AT} FROM ${EACH_WALLET}`,
  `INSERT INTO ledger.lots (wallet_id, lot_no, grant_id, source, credits, free, spent, cost_minor, granted_at)
   SELECT 'cus_' || w, 1, 'grt_' || w, 'goodwill', 1000, 960, 40, 0, ${AT} FROM ${EACH_WALLET}`,
  `INSERT INTO ledger.journal (wallet_id, seq, code, debit, credit, credits, available, held, owed, lot_nos, lot_credits,
     lot_costs, command_key, key, effective_at)
   SELECT 'cus_' || w, 0, 'open', 'none', 'none', 0, 0, 0, 0, '{}', '{}', '{}', 'open:cus_' || w, 'open:cus_' || w, ${AT}
   FROM ${EACH_WALLET}`,
  `INSERT INTO ledger.journal (wallet_id, seq, code, debit, credit, credits, available, held, owed, lot_nos, lot_credits,
     lot_costs, command_key, key, grant_id, effective_at)
   SELECT 'cus_' || w, 1, 'grant', 'issued:goodwill', 'available', 1000, 1000, 0, 0, '{1}', '{1000}', '{0}',
     'adjustment:' || w, 'adjustment:' || w, 'grt_' || w, ${AT}
   FROM ${EACH_WALLET}`,
  `INSERT INTO ledger.journal (wallet_id, seq, code, debit, credit, credits, available, held, owed, lot_nos, lot_credits,
     lot_costs, resolves, command_key, key, hold_id, effective_at)
   SELECT 'cus_' || w, 2 * h + captured, CASE captured WHEN 0 THEN 'hold' ELSE 'capture' END,
     CASE captured WHEN 0 THEN 'available' ELSE 'held' END, CASE captured WHEN 0 THEN 'held' ELSE 'revenue:external' END,
     10, 1000 - 10 * h, CASE captured WHEN 0 THEN 10 ELSE 0 END, 0, '{1}', '{10}', '{0}', captured = 1,
     'hold:' || w || '.' || h, 'hold:' || w || '.' || h, 'hld_' || w || '.' || h, ${AT}
   FROM ${EACH_HOLD} CROSS JOIN generate_series(0, 1) captured`,
  `INSERT INTO ledger.holds (id, wallet_id, action, credits, open, captured, state, created_at, settled_at)
   SELECT 'hld_' || w || '.' || h, 'cus_' || w, 'external', 10, 0, 10, 'captured', ${AT}, ${AT} FROM ${EACH_HOLD}`,
  `INSERT INTO ledger.hold_lots (hold_id, position, lot_no, credits, captured)
   SELECT 'hld_' || w || '.' || h, 1, 1, 10, 10 FROM ${EACH_HOLD}`,
  `INSERT INTO ledger.commands (key, fingerprint, wallet_id, op, outcome, available, held, owed, effective_at, reply)
   SELECT 'adjustment:' || w, 'bench', 'cus_' || w, 'grant', 'applied', 1000, 0, 0, ${AT}, jsonb_build_object('grantId', 'grt_' || w)
   FROM ${EACH_WALLET}`,
  `INSERT INTO ledger.commands (key, fingerprint, wallet_id, op, outcome, available, held, owed, effective_at, reply)
   SELECT 'hold:' || w || '.' || h, 'bench', 'cus_' || w, 'hold', 'applied', 1000 - 10 * h, 0, 0, ${AT},
     jsonb_build_object('holdId', 'hld_' || w || '.' || h)
   FROM ${EACH_HOLD}`,
];
