import type { Knex } from 'knex';
import type { Instant } from '../domain/instants';
import { BURN_ORDER } from './burn-order';
import type { GrantSource } from './commands';
import { query } from './query';

/** A lot and how much a spend would take from it. */
export interface LotToBurn {
  readonly grantId: string;
  readonly source: GrantSource;
  readonly credits: number;
  readonly expiresAt: Instant | null;
}

/**
 * The lots that a hold of a number of credits would take from, in order; all lots when the credits do not suffice.
 * Nothing is reserved: by the time of the hold the lots may have changed.
 */
export async function listLotsToBurn(
  db: Knex,
  customerId: string,
  credits: number,
): Promise<readonly LotToBurn[]> {
  return query<LotToBurn>(
    db,
    `SELECT grant_id AS "grantId", source, least(free, :credits::bigint - before) AS credits, expires_at AS "expiresAt"
     FROM (
       SELECT l.*, (sum(l.free) OVER burn)::bigint - l.free AS before, row_number() OVER burn AS position
       FROM ledger.lots l WHERE l.wallet_id = :customerId AND l.spendable
       WINDOW burn AS (ORDER BY ${BURN_ORDER})
     ) lots
     WHERE before < :credits::bigint
     ORDER BY position`,
    { customerId, credits },
  );
}
