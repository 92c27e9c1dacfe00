import type { Knex } from 'knex';
import { query } from '../query';
import type { Chunk, Offender } from './check';

export interface RollupTally {
  /** Adds up the chunk's part of the journal. To be called in the chunk's snapshot. */
  add(snapshot: Knex, chunk: Chunk): Promise<void>;
  /** How many sums were compared, and those that differ. */
  compare(): { readonly checked: number; readonly offenders: readonly Offender[] };
}

/** A sum of two figures under a key: credits and rows, or money granted and money left. */
interface SumRow {
  id: string;
  a: string;
  b: string;
}

/**
 * Adds the journal up once more, beside the monthly sums as they were when the audit began. Only rows below the roll-up's
 * position then are counted: they can neither change nor become more, so that the chunks may be read at any later time.
 */
export async function startRollupTally(snapshot: Knex): Promise<RollupTally> {
  const [position] = await query<{ upto: string }>(
    snapshot,
    'SELECT rolled_up_to::text AS upto FROM ledger.rollup_position',
    {},
  );
  const upto = position?.upto ?? '0';
  const differences = new Map<string, readonly [bigint, bigint]>();
  const book = (rows: readonly SumRow[], sign: bigint) => {
    for (const { id, a, b } of rows) {
      const [knownA, knownB] = differences.get(id) ?? [0n, 0n];
      differences.set(id, [knownA + sign * BigInt(a), knownB + sign * BigInt(b)]);
    }
  };
  book(await query<SumRow>(snapshot, STORED, {}), 1n);
  return {
    add: async (db, { from, upto: last }) => {
      book(await query<SumRow>(db, ADDED_UP, { from, last, upto }), -1n);
    },
    compare: () => ({
      checked: differences.size,
      offenders: [...differences].filter(([, [a, b]]) => a !== 0n || b !== 0n).map(offenderOf),
    }),
  };
}

function offenderOf([key, [a, b]]: [string, readonly [bigint, bigint]]): Offender {
  const [table = '', ...id] = key.split(' ');
  const problem = `differs from the journal by ${String(a)} and ${String(b)}`;
  return { table, id: id.join(' '), customerId: null, problem };
}

const KEY = `to_char(month, 'YYYY-MM') || ' ' || code || ' ' || debit || ' ' || credit`;

const STORED = `
  SELECT 'ledger.rollups ' || ${KEY} AS id, credits::text AS a, rows::text AS b FROM ledger.rollups
  UNION ALL
  SELECT 'ledger.cost_rollups ' || ${KEY} || ' ' || currency, granted_minor::text, left_minor::text FROM ledger.cost_rollups`;

const ADDED_UP = `
  SELECT 'ledger.rollups ' || ${KEY} AS id, sum(credits)::text AS a, count(*)::text AS b
  FROM ledger.movements WHERE wallet_id >= :from AND wallet_id <= :last AND xid < :upto::xid8 GROUP BY 1
  UNION ALL
  SELECT 'ledger.cost_rollups ' || ${KEY} || ' ' || currency, sum(granted_minor)::text, sum(left_minor)::text
  FROM ledger.cost_movements WHERE wallet_id >= :from AND wallet_id <= :last AND xid < :upto::xid8 GROUP BY 1`;
