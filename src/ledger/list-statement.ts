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
] as const;
export type StatementCode = (typeof STATEMENT_CODES)[number];

/** One journal row as its customer reads it: what moved, why, and the three numbers after it. */
export interface StatementEntry {
  readonly id: string;
  readonly at: Instant;
  readonly code: StatementCode;
  /** How many credits moved; the code says which way. */
  readonly credits: number;
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
  at: Instant;
  code: StatementCode;
  credits: number;
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
};

/**
 * A customer's journal, newest first, half-open in time: `[from, to)`. Every row but the one that opens the wallet is
 * an entry, so the numbers of neighbours follow from each other. Rows added meanwhile never shift a page. Throws
 * `invalid_request` for a cursor that no statement gave out.
 */
export async function listStatement(
  db: Knex,
  customerId: string,
  request: StatementRequest,
): Promise<StatementPage> {
  const rows = await query<StatementRow>(
    db,
    `SELECT seq, effective_at AS at, code, credits, available, held, owed, reason,
            spend_id, grant_id, order_id, subscription_id
     FROM ledger.journal
     WHERE wallet_id = :customerId AND seq > 0 AND seq < :before::bigint
       AND effective_at >= coalesce(:from::timestamptz, '-infinity')
       AND effective_at < coalesce(:to::timestamptz, 'infinity')
     ORDER BY seq DESC LIMIT :limit::int + 1`,
    {
      customerId,
      before: request.cursor === undefined ? Number.MAX_SAFE_INTEGER : parseCursor(request.cursor),
      from: request.from ?? null,
      to: request.to ?? null,
      limit: request.limit,
    },
  );
  const shown = rows.slice(0, request.limit);
  const last = shown.at(-1);
  return {
    data: shown.map((row) => entryOf(customerId, row)),
    nextCursor: rows.length > request.limit && last !== undefined ? cursorOf(last.seq) : null,
  };
}

/** Whether a statement could have given it out. */
export function isStatementCursor(cursor: string): boolean {
  return findSeq(cursor) !== undefined;
}

function entryOf(customerId: string, row: StatementRow): StatementEntry {
  return {
    id: `${customerId}-${String(row.seq)}`,
    at: row.at,
    code: row.code,
    credits: row.credits,
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

function cursorOf(seq: number): string {
  return Buffer.from(String(seq)).toString('base64url');
}

function parseCursor(cursor: string): number {
  const seq = findSeq(cursor);
  if (seq !== undefined) return seq;
  throw new DomainError('invalid_request', 'The cursor is not one that this list gave out.', {
    field: 'cursor',
  });
}

function findSeq(cursor: string): number | undefined {
  const text = Buffer.from(cursor, 'base64url').toString();
  const seq = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(seq) && cursorOf(seq) === cursor ? seq : undefined;
}
