import type { Knex } from 'knex';
import type { Instant } from '../domain/instants';
import { query } from './query';

export const HOLD_STATUSES = ['open', 'captured', 'voided', 'expired'] as const;
export type HoldStatus = (typeof HOLD_STATUSES)[number];

/** Credits set aside, and what became of them. */
export interface Hold {
  readonly id: string;
  readonly customerId: string;
  /** The spend that the hold belongs to; null for work that Scrip does not run. */
  readonly spendId: string | null;
  readonly reference: string | null;
  /** As recorded: a hold past its end stays `open` until it is expired, but can no longer be captured. */
  readonly status: HoldStatus;
  /** `held` is the original number; credits neither captured nor released are still open. */
  readonly credits: { readonly held: number; readonly captured: number; readonly released: number };
  readonly expiresAt: Instant | null;
  readonly createdAt: Instant;
}

interface HoldRow {
  id: string;
  wallet_id: string;
  spend_id: string | null;
  reference: string | null;
  credits: number;
  captured: number;
  released: number;
  state: HoldStatus;
  expires_at: Instant | null;
  created_at: Instant;
}

/** The hold with an id, a spend's or an external one; undefined when there is none. */
export async function findHold(db: Knex, id: string): Promise<Hold | undefined> {
  const [row] = await query<HoldRow>(
    db,
    `SELECT id, wallet_id, spend_id, reference, credits, captured, released, state, expires_at, created_at
     FROM ledger.holds WHERE id = :id`,
    { id },
  );
  if (row === undefined) return undefined;
  return {
    id: row.id,
    customerId: row.wallet_id,
    spendId: row.spend_id,
    reference: row.reference,
    status: row.state,
    credits: { held: row.credits, captured: row.captured, released: row.released },
    expiresAt: row.expires_at,
    createdAt: row.created_at,
  };
}
