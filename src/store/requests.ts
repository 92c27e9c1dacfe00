import type { Knex } from 'knex';
import type { Instant } from '../domain/instants';

/** Who repeats what: the scope of an idempotency key is the customer and the operation. */
export interface RequestKey {
  readonly customerId: string;
  readonly operation: string;
  readonly idempotencyKey: string;
}

/** An answer as it was first given. */
export interface StoredAnswer {
  readonly status: number;
  readonly body: unknown;
}

interface RequestRow {
  customer_id: string;
  operation: string;
  idempotency_key: string;
  fingerprint: string;
  status: number | null;
  body: unknown;
  created_at: Instant;
}

export interface Claim {
  /** True for the first caller with this key. */
  readonly first: boolean;
  /** The content that the key stands for. */
  readonly fingerprint: string;
  /** The first answer, once it is known. */
  readonly answer: StoredAnswer | undefined;
}

/**
 * Claims a key for a content, or reads what it stands for. Whoever claims must do work that is idempotent by ids derived
 * from the key, since a second caller does the same work when the first has not answered yet (it may have died).
 */
export async function claimRequest(
  db: Knex,
  key: RequestKey,
  fingerprint: string,
  at: Instant,
): Promise<Claim> {
  const inserted = await db('app.requests')
    .insert({ ...columnsOf(key), fingerprint, created_at: at })
    .onConflict()
    .ignore()
    .returning('fingerprint');
  const stored = await findRequest(db, key);
  if (stored === undefined) throw new Error('a claimed request vanished');
  return { ...stored, first: inserted.length > 0 };
}

/** What a key stands for, without claiming it; undefined when it is unknown. */
export async function findRequest(db: Knex, key: RequestKey): Promise<Claim | undefined> {
  const row = await db<RequestRow>('app.requests').where(columnsOf(key)).first();
  if (row === undefined) return undefined;
  const answer = row.status === null ? undefined : { status: row.status, body: row.body };
  return { first: false, fingerprint: row.fingerprint, answer };
}

/** Stores the answer to a claimed request; the first one stays and is returned. */
export async function storeAnswer(db: Knex, key: RequestKey, answer: StoredAnswer): Promise<StoredAnswer> {
  await db('app.requests')
    .where(columnsOf(key))
    .whereNull('status')
    .update({ status: answer.status, body: JSON.stringify(answer.body) });
  const stored = await findRequest(db, key);
  return stored?.answer ?? answer;
}

/** Forgets a customer's keys and their answers. */
export async function deleteRequests(db: Knex, customerId: string): Promise<void> {
  await db('app.requests').where({ customer_id: customerId }).delete();
}

function columnsOf(key: RequestKey): Pick<RequestRow, 'customer_id' | 'operation' | 'idempotency_key'> {
  return { customer_id: key.customerId, operation: key.operation, idempotency_key: key.idempotencyKey };
}
