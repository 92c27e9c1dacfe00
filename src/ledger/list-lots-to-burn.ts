import type { Knex } from 'knex';
import type { Instant } from '../domain/instants';
import { BURN_ORDER } from './burn-order';
import type { GrantSource } from './commands';
import { dueLots, dueParameters, type Due } from './due-lots';
import { query } from './query';

/** A lot and how much a spend would take from it. */
export interface LotToBurn {
  readonly grantId: string;
  readonly source: GrantSource;
  readonly credits: number;
  readonly expiresAt: Instant | null;
}

/**
 * The lots that a hold of a number of credits would take from, in order; all lots when the credits do not suffice. With `due`
 * as if its allowances had been granted. Nothing is reserved: by the time of the hold the lots may have changed.
 */
export async function listLotsToBurn(
  db: Knex,
  customerId: string,
  credits: number,
  due?: Due,
): Promise<readonly LotToBurn[]> {
  return due === undefined || due.allowances.length === 0
    ? query<LotToBurn>(db, lotsToBurn(SPENDABLE), { customerId, credits })
    : query<LotToBurn>(db, lotsToBurn(SPENDABLE_AND_DUE), { customerId, credits, ...dueParameters(due) });
}

const SPENDABLE = `
  SELECT grant_id, source, free, cost_minor, granted_at, expires_at
  FROM ledger.lots WHERE wallet_id = :customerId AND spendable`;

const SPENDABLE_AND_DUE = `${SPENDABLE}
  UNION ALL
  SELECT grant_id, source, free, cost_minor, granted_at, expires_at
  FROM (${dueLots('coalesce((SELECT owed FROM ledger.wallets WHERE id = :customerId), 0)')}) due WHERE free > 0`;

function lotsToBurn(lots: string): string {
  return `
    SELECT grant_id AS "grantId", source, least(free, :credits::bigint - before) AS credits, expires_at AS "expiresAt"
    FROM (
      SELECT l.*, (sum(l.free) OVER burn)::bigint - l.free AS before, row_number() OVER burn AS position
      FROM (${lots}) l
      WINDOW burn AS (ORDER BY ${BURN_ORDER})
    ) burnt
    WHERE before < :credits::bigint
    ORDER BY position`;
}
