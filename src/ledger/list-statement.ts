import type { Knex } from 'knex';
import { DomainError } from '../domain/errors';
import type { Instant } from '../domain/instants';
import { query } from './query';

export const STATEMENT_CODES = [
  'grant',
  'hold',
  'capture',
  'release',
  'royalty',
  'royalty_reversal',
  'refund',
  'clawback',
  'clawback_undo',
  'expire',
  'duplicate_canceled',
  'duplicate_refunded',
] as const;
export type StatementCode = (typeof STATEMENT_CODES)[number];

/**
 * One journal row as its customer reads it: what moved, why, and the three numbers after it. Or a notice: what happened
 * although nothing moved, with the numbers as they stood.
 */
export interface StatementEntry {
  readonly id: string;
  readonly at: Instant;
  readonly code: StatementCode;
  /** How many credits moved; the code says which way. Zero in a notice. */
  readonly credits: number;
  /** What it did to the available credits, with its sign: all of them together are what is available. */
  readonly change: number;
  readonly available: number;
  readonly held: number;
  readonly owed: number;
  readonly reason: string;
  readonly spendId?: string;
  readonly grantId?: string;
  readonly orderId?: string;
  readonly subscriptionId?: string;
}

export interface StatementRequest {
  /** Effective at this instant or later. */
  readonly from?: Instant | undefined;
  /** Effective before this instant. */
  readonly to?: Instant | undefined;
  readonly cursor?: string | undefined;
  /** 1–100, already checked. */
  readonly limit: number;
}

export interface StatementPage {
  readonly data: readonly StatementEntry[];
  /** Null on the last page. */
  readonly nextCursor: string | null;
}

interface StatementRow {
  seq: number;
  /** Among the notices behind the journal row; 0 for the row itself. */
  position: number;
  /** Of a notice. */
  id: string | null;
  at: Instant;
  code: StatementCode;
  credits: number;
  change: number;
  available: number;
  held: number;
  owed: number;
  reason: string | null;
  spend_id: string | null;
  grant_id: string | null;
  order_id: string | null;
  subscription_id: string | null;
}

/** What is said about a row that came without words. */
const REASONS: Readonly<Record<StatementCode, string>> = {
  grant: 'Credits granted',
  hold: 'Credits set aside',
  capture: 'Credits spent',
  release: 'Credits given back',
  royalty: "The artist's share",
  royalty_reversal: "The artist's share taken back",
  refund: 'Credits refunded',
  clawback: 'Credits taken back after a refund',
  clawback_undo: 'Credits restored',
  expire: 'Credits expired',
  duplicate_canceled: 'A second subscription was canceled',
  duplicate_refunded: 'The payment for a second subscription was refunded',
};

/**
 * A customer's journal and notices, newest first, half-open in time: `[from, to)`. Every row but the one that opens the
 * wallet is an entry, so the numbers of neighbours follow from each other; a notice stands where it was written, behind the
 * latest row of that moment, and moves nothing. Entries added meanwhile never shift a page. Throws `invalid_request` for a
 * cursor that no statement gave out.
 */
export async function listStatement(
  db: Knex,
  customerId: string,
  request: StatementRequest,
): Promise<StatementPage> {
  const before = request.cursor === undefined ? LATEST : parseCursor(request.cursor);
  const rows = await query<StatementRow>(db, ENTRIES, {
    customerId,
    seq: before.seq,
    position: before.position,
    from: request.from ?? null,
    to: request.to ?? null,
    limit: request.limit,
  });
  const shown = rows.slice(0, request.limit);
  const last = shown.at(-1);
  return {
    data: shown.map((row) => entryOf(customerId, row)),
    nextCursor: rows.length > request.limit && last !== undefined ? cursorOf(last) : null,
  };
}

/** What a statement's cursor looks like: a row, and a notice behind it. Any text of this form is a place in the statement. */
export const STATEMENT_CURSOR = /^(\d{1,15})(?:-(\d{1,15}))?$/;

function entryOf(customerId: string, row: StatementRow): StatementEntry {
  return {
    id: row.id ?? `${customerId}-${String(row.seq)}`,
    at: row.at,
    code: row.code,
    credits: row.credits,
    change: row.change,
    available: row.available,
    held: row.held,
    owed: row.owed,
    reason: row.reason ?? REASONS[row.code],
    ...(row.spend_id === null ? {} : { spendId: row.spend_id }),
    ...(row.grant_id === null ? {} : { grantId: row.grant_id }),
    ...(row.order_id === null ? {} : { orderId: row.order_id }),
    ...(row.subscription_id === null ? {} : { subscriptionId: row.subscription_id }),
  };
}

interface Place {
  readonly seq: number;
  readonly position: number;
}

const LATEST: Place = { seq: Number.MAX_SAFE_INTEGER, position: 0 };

/** Each half reads no more than a page, by its own index. */
const ENTRIES = `
  (SELECT seq, 0::bigint AS position, NULL AS id, effective_at AS at, code, credits,
     available - prev_available AS change, available, held, owed, reason,
     spend_id, grant_id, order_id, subscription_id
   FROM ledger.journal
   WHERE wallet_id = :customerId AND seq > 0 AND seq < :seq::bigint + least(:position::bigint, 1)
     AND effective_at >= coalesce(:from::timestamptz, '-infinity')
     AND effective_at < coalesce(:to::timestamptz, 'infinity')
   ORDER BY seq DESC LIMIT :limit::int + 1)
  UNION ALL
  (SELECT n.seq, n.position, n.id, n.at, n.code, 0, 0, coalesce(j.available, 0), coalesce(j.held, 0), coalesce(j.owed, 0), n.reason,
     NULL, NULL, NULL, n.subscription_id
   FROM app.notices n LEFT JOIN ledger.journal j ON j.wallet_id = n.customer_id AND j.seq = n.seq
   WHERE n.customer_id = :customerId AND (n.seq, n.position) < (:seq::bigint, :position::bigint)
     AND n.at >= coalesce(:from::timestamptz, '-infinity') AND n.at < coalesce(:to::timestamptz, 'infinity')
   ORDER BY n.seq DESC, n.position DESC LIMIT :limit::int + 1)
  ORDER BY seq DESC, position DESC LIMIT :limit::int + 1`;

function cursorOf({ seq, position }: Place): string {
  return position === 0 ? String(seq) : `${String(seq)}-${String(position)}`;
}

function parseCursor(cursor: string): Place {
  const [, seq, position = 0] = STATEMENT_CURSOR.exec(cursor) ?? [];
  if (seq !== undefined) return { seq: Number(seq), position: Number(position) };
  throw new DomainError('invalid_request', 'The cursor is not one of this list.', {
    field: 'cursor',
  });
}
