import { Client } from 'pg';

/** Wallets with the same past: `blocks` times a grant and four captured holds of 10, the last grant with 1,000 credits. */
export interface Past {
  readonly prefix: string;
  readonly from: number;
  readonly upto: number;
  readonly blocks: number;
}

/** Rows of the journal behind each wallet, with the one that opens it. */
export function rowsOf({ blocks }: Pick<Past, 'blocks'>): number {
  return 1 + 9 * blocks;
}

const CHUNK = 50_000;

/**
 * Writes pasts in bulk as the owner, row for row as the function would have written them; the audit says whether they
 * are. Then leaves the database as one that has been running: vacuumed, its statistics known, its pages on the disk.
 */
export async function writePasts(ownerUrl: string, pasts: readonly Past[]): Promise<void> {
  const owner = new Client({ connectionString: ownerUrl });
  await owner.connect();
  try {
    for (const past of pasts) {
      for (let from = past.from; from <= past.upto; from += CHUNK)
        await writePast(owner, { ...past, from, upto: Math.min(from + CHUNK - 1, past.upto) });
    }
    await owner.query('VACUUM (ANALYZE)');
    await owner.query('CHECKPOINT');
  } finally {
    await owner.end();
  }
}

async function writePast(owner: Client, { prefix, from, upto, blocks }: Past): Promise<void> {
  await owner.query('BEGIN');
  // Foreign keys are left to the audit; the journal's own triggers stay.
  await owner.query('SET LOCAL session_replication_role = replica');
  await owner.query(
    `CREATE TEMP TABLE w ON COMMIT DROP AS SELECT '${prefix}' || n AS id FROM generate_series(${String(from)}, ${String(upto)}) n`,
  );
  await owner.query(
    `CREATE TEMP TABLE b ON COMMIT DROP AS
     SELECT n AS lot, CASE WHEN n < ${String(blocks)} THEN 40 ELSE 1000 END AS size, 9 * (n - 1) AS seq, n = ${String(blocks)} AS last
     FROM generate_series(1, ${String(blocks)}) n`,
  );
  for (const sql of STATEMENTS) await owner.query(sql);
  await owner.query('COMMIT');
}

const AT = `'2026-01-01T00:00:00Z'::timestamptz`;
const LOTS = 'w CROSS JOIN b';
const HOLDS = 'w CROSS JOIN b CROSS JOIN generate_series(1, 4) h';
const GRANT_KEY = `'adjustment:' || w.id || '.' || b.lot`;
const GRANT_ID = `'grt_' || w.id || '.' || b.lot`;
const HOLD_KEY = `'hold:' || w.id || '.' || b.lot || '.' || h`;
const HOLD_ID = `'hld_' || w.id || '.' || b.lot || '.' || h`;

const STATEMENTS = [
  `INSERT INTO ledger.wallets (id, seq, available, held, owed, lots, effective_at)
   SELECT w.id, b.seq + 9, 960, 0, 0, b.lot, ${AT} FROM ${LOTS} WHERE b.last`,
  `INSERT INTO ledger.lots (wallet_id, lot_no, grant_id, source, credits, free, spent, cost_minor, granted_at)
   SELECT w.id, b.lot, ${GRANT_ID}, 'goodwill', b.size, b.size - 40, 40, 0, ${AT} FROM ${LOTS}`,
  // All of it at once: a row wants the one before it.
  `INSERT INTO ledger.journal (wallet_id, seq, code, debit, credit, credits, available, held, owed, lot_nos, lot_credits,
     lot_costs, resolves, command_key, key, grant_id, hold_id, effective_at)
   SELECT w.id, 0, 'open', 'none', 'none', 0, 0, 0, 0, '{}'::integer[], '{}'::bigint[], '{}'::bigint[], false,
     'open:' || w.id, 'open:' || w.id, NULL, NULL, ${AT}
   FROM w
   UNION ALL
   SELECT w.id, b.seq + 1, 'grant', 'issued:goodwill', 'available', b.size, b.size, 0, 0, ARRAY[b.lot], ARRAY[b.size], '{0}',
     false, ${GRANT_KEY}, ${GRANT_KEY}, ${GRANT_ID}, NULL, ${AT}
   FROM ${LOTS}
   UNION ALL
   SELECT w.id, b.seq + 2 * h + captured, CASE captured WHEN 0 THEN 'hold' ELSE 'capture' END,
     CASE captured WHEN 0 THEN 'available' ELSE 'held' END, CASE captured WHEN 0 THEN 'held' ELSE 'revenue:external' END,
     10, b.size - 10 * h, CASE captured WHEN 0 THEN 10 ELSE 0 END, 0, ARRAY[b.lot], '{10}', '{0}', captured = 1,
     ${HOLD_KEY}, ${HOLD_KEY} || CASE captured WHEN 0 THEN '' ELSE '/capture' END, NULL, ${HOLD_ID}, ${AT}
   FROM ${HOLDS} CROSS JOIN generate_series(0, 1) captured`,
  `INSERT INTO ledger.holds (id, wallet_id, action, credits, open, captured, state, created_at, settled_at, fulfilled)
   SELECT ${HOLD_ID}, w.id, 'external', 10, 0, 10, 'captured', ${AT}, ${AT}, true FROM ${HOLDS}`,
  `INSERT INTO ledger.hold_lots (hold_id, position, lot_no, credits, captured)
   SELECT ${HOLD_ID}, 1, b.lot, 10, 10 FROM ${HOLDS}`,
  `INSERT INTO ledger.commands (key, fingerprint, wallet_id, op, outcome, available, held, owed, effective_at, reply)
   SELECT ${GRANT_KEY}, 'bench', w.id, 'grant', 'applied', b.size, 0, 0, ${AT}, jsonb_build_object('grantId', ${GRANT_ID})
   FROM ${LOTS}`,
  `INSERT INTO ledger.commands (key, fingerprint, wallet_id, op, outcome, available, held, owed, effective_at, reply)
   SELECT ${HOLD_KEY}, 'bench', w.id, 'hold', 'applied', b.size - 10 * h, 0, 0, ${AT}, jsonb_build_object('holdId', ${HOLD_ID})
   FROM ${HOLDS}`,
];
