import type { Knex } from 'knex';
import { DomainError } from '../domain/errors';
import { epochMsOf, instantOf, type Instant } from '../domain/instants';

/** One page of a list, newest first; `nextCursor` is null on the last one. */
export interface Page<Item> {
  readonly data: readonly Item[];
  readonly nextCursor: string | null;
}

/** Where to go on and how much to read. `limit` is already checked (1–100). */
export interface PageRequest {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

interface Position {
  readonly createdAt: Instant;
  readonly id: string;
}

/**
 * Reads one page of rows by their `created_at` and `id`, newest first: rows added meanwhile never shift a page.
 * Throws `invalid_request` for a cursor that no list gave out.
 */
export async function readPage<Row extends { id: string; created_at: Instant }, Item>(
  query: Knex.QueryBuilder<Row, Row[]>,
  page: PageRequest,
  itemOf: (row: Row) => Item,
): Promise<Page<Item>> {
  if (page.cursor !== undefined) {
    const { createdAt, id } = parseCursor(page.cursor);
    void query.whereRaw('(created_at, id) < (?::timestamptz, ?)', [createdAt, id]);
  }
  const rows = (await query
    .orderBy([
      { column: 'created_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .limit(page.limit + 1)) as Row[];
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  const more = rows.length > page.limit && last !== undefined;
  return {
    data: shown.map(itemOf),
    nextCursor: more ? cursorOf({ createdAt: last.created_at, id: last.id }) : null,
  };
}

/**
 * What a cursor looks like: milliseconds since the epoch and an id. Any text of this form is a place in the list, so a client
 * that keeps to the documented form is never refused.
 */
export const PAGE_CURSOR = /^(\d{1,14})-([A-Za-z0-9_-]{1,100})$/;

function cursorOf({ createdAt, id }: Position): string {
  return `${String(epochMsOf(createdAt))}-${id}`;
}

function parseCursor(cursor: string): Position {
  const [, createdAtMs, id] = PAGE_CURSOR.exec(cursor) ?? [];
  if (createdAtMs !== undefined && id !== undefined) return { createdAt: instantOf(Number(createdAtMs)), id };
  throw new DomainError('invalid_request', 'The cursor is not one of this list.', {
    field: 'cursor',
  });
}
