import type { Knex } from 'knex';
import { query } from '../../ledger/query';
import type { Chunk, Offender } from './check';

export interface RollupTally {
  /** Adds up the rows that belong to a chunk of this table, in the chunk's snapshot; nothing for a table without sums. */
  add(snapshot: Knex, table: string, chunk: Chunk): Promise<void>;
  /** How many sums were compared, and which of them differ. */
  compare(): { readonly checked: number; readonly offenders: readonly Offender[] };
}

/** Sums under a key: of credits, or of money granted and left; how many rows; and of the rows' digests. */
interface SumRow {
  id: string;
  figures: readonly string[];
}

/**
 * Adds the journal and the commands up again, to compare with the monthly sums as they were when the audit began. Only
 * rows below the roll-up's position at that time are counted: no row there can change or be added, so the chunks may be
 * read at any later time. The digests reveal a changed text that no other row repeats, and a missing row that no
 * other row refers to.
 */
export async function startRollupTally(snapshot: Knex): Promise<RollupTally> {
  const [position] = await query<{ upto: string; ahead: boolean }>(
    snapshot,
    `SELECT rolled_up_to::text AS upto, rolled_up_to > pg_snapshot_xmax(pg_current_snapshot()) AS ahead
     FROM ledger.rollup_position`,
    {},
  );
  const upto = position?.upto ?? '0';
  const differences = new Map<string, readonly bigint[]>();
  // If the position is ahead of all transactions, rows still to be written below it would never be summed up.
  if (position?.ahead === true) differences.set('ledger.rollup_position ahead', [BigInt(upto), 0n]);
  const book = (rows: readonly SumRow[], sign: bigint) => {
    for (const { id, figures } of rows) {
      const known = differences.get(id);
      differences.set(
        id,
        figures.map((figure, index) => (known?.[index] ?? 0n) + sign * BigInt(figure)),
      );
    }
  };
  book(await query<SumRow>(snapshot, STORED, {}), 1n);
  return {
    add: async (db, table, { from, upto: last }) => {
      const sql = ADDED_UP[table];
      if (sql !== undefined) book(await query<SumRow>(db, sql, { from, last, upto }), -1n);
    },
    compare: () => ({
      checked: differences.size,
      offenders: [...differences].filter(([, all]) => all.some((by) => by !== 0n)).map(offenderOf),
    }),
  };
}

function offenderOf([key, [amount = 0n, rows = 0n]]: [string, readonly bigint[]]): Offender {
  const [table = '', ...id] = key.split(' ');
  const problem =
    amount === 0n && rows === 0n
      ? 'adds up, but a row behind it does not say what it said'
      : `differs from the rows behind it by ${String(amount)} and ${String(rows)}`;
  return { table, id: id.join(' '), customerId: null, problem };
}

const MONTH = `to_char(month, 'YYYY-MM')`;
const ACCOUNTS = `${MONTH} || ' ' || code || ' ' || debit || ' ' || credit`;
const MOVEMENTS_KEY = `'ledger.rollups ' || ${ACCOUNTS}`;
const COSTS_KEY = `'ledger.cost_rollups ' || ${ACCOUNTS} || ' ' || currency`;
const COMMANDS_KEY = `'ledger.command_rollups ' || ${MONTH} || ' ' || op || ' ' || outcome`;

const STORED = `
  SELECT ${MOVEMENTS_KEY} AS id, ARRAY[credits, rows, digest]::text[] AS figures FROM ledger.rollups
  UNION ALL
  SELECT ${COSTS_KEY}, ARRAY[granted_minor, left_minor]::text[] FROM ledger.cost_rollups
  UNION ALL
  SELECT ${COMMANDS_KEY}, ARRAY[0, rows, digest]::text[] FROM ledger.command_rollups`;

/** The rows that belong to the rows of a table with keys from `:from` to `:last`. */
const ADDED_UP: Readonly<Record<string, string>> = {
  'ledger.wallets': `
    SELECT ${MOVEMENTS_KEY} AS id, ARRAY[sum(credits), count(*), sum(digest)]::text[] AS figures
    FROM ledger.movements WHERE wallet_id >= :from AND wallet_id <= :last AND xid < :upto::xid8 GROUP BY 1
    UNION ALL
    SELECT ${COSTS_KEY}, ARRAY[sum(granted_minor), sum(left_minor)]::text[]
    FROM ledger.cost_movements WHERE wallet_id >= :from AND wallet_id <= :last AND xid < :upto::xid8 GROUP BY 1`,
  'ledger.commands': `
    SELECT ${COMMANDS_KEY} AS id, ARRAY[0, count(*), sum(digest)]::text[] AS figures
    FROM ledger.answers WHERE key >= :from AND key <= :last AND xid < :upto::xid8 GROUP BY 1`,
};
