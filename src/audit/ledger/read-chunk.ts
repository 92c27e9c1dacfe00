import type { Knex } from 'knex';
import { query } from '../../ledger/query';
import type { Chunk, Pass } from './check';

/** The most rows in one chunk, and the most rows that belong to them (journals): short snapshots, little memory. */
const ROWS_MAX = 1000;
const WEIGHT_MAX = 20_000;

/** Greater than any key, byte by byte. */
const LAST_KEY = '\u{10FFFF}';

export interface Page extends Chunk {
  /** Where the next chunk begins; undefined after the last. */
  readonly next: string | undefined;
}

/** Where a pass begins: at the customer's own wallet, or at the start of the table. */
export function firstKey(pass: Pass, customerId: string | undefined): string {
  return customerId !== undefined && pass.owner === pass.key ? customerId : '';
}

/**
 * The next chunk of a pass in the order of its key. Chunks leave no gap between them, so a row whose parent does not
 * exist falls into one of them too; the last one is open-ended.
 */
export async function readChunk(
  db: Knex,
  pass: Pass,
  from: string,
  customerId: string | undefined,
): Promise<Page> {
  const rows = await query<{ id: string; weight: number }>(
    db,
    `SELECT ${pass.key} AS id, ${pass.weight} AS weight FROM ${pass.table}
     WHERE ${pass.key} >= :from ${customerId === undefined ? '' : `AND ${pass.owner} = :customerId`}
     ORDER BY ${pass.key} LIMIT :limit`,
    { from, limit: ROWS_MAX, ...(customerId === undefined ? {} : { customerId }) },
  );
  const ids = cut(rows);
  const last = ids.at(-1);
  const complete = ids.length === rows.length && rows.length < ROWS_MAX;
  if (!complete && last !== undefined) return { from, upto: last, ids, next: `${last}\u0001` };
  return { from, upto: firstKey(pass, customerId) || LAST_KEY, ids, next: undefined };
}

/** Always at least one row, however many others belong to it. */
function cut(rows: readonly { id: string; weight: number }[]): readonly string[] {
  let weight = 0;
  const end = rows.findIndex((row, index) => (weight += row.weight) > WEIGHT_MAX && index > 0);
  return (end === -1 ? rows : rows.slice(0, end)).map(({ id }) => id);
}
