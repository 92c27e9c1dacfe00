import type { Knex } from 'knex';
import { DomainError } from '../domain/errors';
import { parseInstant, type Instant } from '../domain/instants';

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

/** Whether a list could have given it out. */
export function isPageCursor(cursor: string): boolean {
  return findPosition(cursor) !== undefined;
}

function cursorOf(position: Position): string {
  return Buffer.from(JSON.stringify([position.createdAt, position.id])).toString('base64url');
}

function parseCursor(cursor: string): Position {
  const position = findPosition(cursor);
  if (position !== undefined) return position;
  throw new DomainError('invalid_request', 'The cursor is not one of this list.', {
    field: 'cursor',
  });
}

function findPosition(cursor: string): Position | undefined {
  try {
    const [createdAt, id, ...rest] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    const instant = typeof createdAt === 'string' ? parseInstant(createdAt) : undefined;
    if (instant === undefined || typeof id !== 'string' || id.includes('\0') || rest.length > 0)
      return undefined;
    return { createdAt: instant, id };
  } catch {
    // Whatever is wrong with it, the cursor is not ours.
    return undefined;
  }
}
