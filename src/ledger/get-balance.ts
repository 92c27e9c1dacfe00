import type { Knex } from 'knex';
import type { Instant } from '../domain/instants';
import { BURN_ORDER } from './burn-order';
import type { GrantSource } from './commands';
import { dueLots, dueParameters, type Due } from './due-lots';
import { query } from './query';

/** A grant with its remaining credits: available, or held by running work. */
export interface BalanceLot {
  readonly grantId: string;
  readonly source: GrantSource;
  readonly amount: number;
  readonly remaining: number;
  readonly expiresAt: Instant | null;
  readonly grantedAt: Instant;
}

export interface Balance {
  readonly available: number;
  /** Set aside for running work. */
  readonly held: number;
  readonly total: number;
  /** Clawed back after they were spent; the next inflow repays them first. */
  readonly owed: number;
  /** Those with credits left, in the order in which they will be used. */
  readonly lots: readonly BalanceLot[];
}

interface BalanceRow {
  available: number;
  held: number;
  owed: number;
  lots: readonly BalanceLot[];
}

/**
 * A customer's three numbers and lots, now or at a past instant (including effects at that instant). The past is read from
 * the journal, where every row carries the numbers after it and the lots it touched. With `due` it is the balance of now with
 * the allowances that the next command would grant first; nothing is written. One statement, so the numbers are consistent.
 * All are zero for a customer who never had a credit.
 */
export async function getBalance(db: Knex, customerId: string, at?: Instant, due?: Due): Promise<Balance> {
  const [row] = await readBalance(db, customerId, at, due);
  const { available, held, owed, lots } = row ?? { available: 0, held: 0, owed: 0, lots: [] };
  return { available, held, total: available + held, owed, lots };
}

function readBalance(
  db: Knex,
  customerId: string,
  at: Instant | undefined,
  due: Due | undefined,
): Promise<readonly BalanceRow[]> {
  if (at !== undefined) return query<BalanceRow>(db, BALANCE_AT, { customerId, at });
  if (due === undefined || due.allowances.length === 0) {
    return query<BalanceRow>(db, BALANCE_NOW, { customerId });
  }
  return query<BalanceRow>(db, BALANCE_WITH_DUE, { customerId, ...dueParameters(due) });
}

/** JSON numbers are exact for credits; instants are in the usual format. */
const LOTS_AS_JSON = `
  coalesce(jsonb_agg(jsonb_build_object(
    'grantId', l.grant_id, 'source', l.source, 'amount', l.credits, 'remaining', l.remaining,
    'expiresAt', to_char(l.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'grantedAt', to_char(l.granted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  ) ORDER BY ${BURN_ORDER}), '[]')`;

const BALANCE_NOW = `
  SELECT w.available, w.held, w.owed, (
    SELECT ${LOTS_AS_JSON}
    FROM (SELECT *, free + held AS remaining FROM ledger.lots WHERE wallet_id = w.id AND free + held > 0) l
  ) AS lots
  FROM ledger.wallets w WHERE w.id = :customerId`;

const BALANCE_WITH_DUE = `
  WITH wallet AS (
    SELECT coalesce(sum(available), 0)::bigint AS available, coalesce(sum(held), 0)::bigint AS held,
      coalesce(sum(owed), 0)::bigint AS owed
    FROM ledger.wallets WHERE id = :customerId
  ), due AS (${dueLots('(SELECT owed FROM wallet)')})
  SELECT w.available + coalesce((SELECT sum(free) FROM due), 0)::bigint AS available, w.held,
    w.owed - coalesce((SELECT sum(repaid) FROM due), 0)::bigint AS owed, (
    SELECT ${LOTS_AS_JSON}
    FROM (
      SELECT grant_id, source, credits, free + held AS remaining, cost_minor, granted_at, expires_at
      FROM ledger.lots WHERE wallet_id = :customerId AND free + held > 0
      UNION ALL
      SELECT grant_id, source, credits, free, cost_minor, granted_at, expires_at FROM due WHERE free > 0
    ) l
  ) AS lots
  FROM wallet w`;

/** Within a wallet time does not go back, so the last row up to the instant shows everything that had happened by then. */
const BALANCE_AT = `
  SELECT j.available, j.held, j.owed, (
    SELECT ${LOTS_AS_JSON}
    FROM (
      SELECT lot.*, moved.remaining
      FROM (
        SELECT t.lot_no, sum(t.credits * CASE WHEN m.credit IN ('available', 'held') THEN 1 ELSE 0 END
          - t.credits * CASE WHEN m.debit IN ('available', 'held') THEN 1 ELSE 0 END) AS remaining
        FROM ledger.journal m CROSS JOIN LATERAL unnest(m.lot_nos, m.lot_credits) AS t (lot_no, credits)
        WHERE m.wallet_id = j.wallet_id AND m.seq <= j.seq
        GROUP BY t.lot_no
      ) moved JOIN ledger.lots lot ON lot.wallet_id = j.wallet_id AND lot.lot_no = moved.lot_no
      WHERE moved.remaining > 0
    ) l
  ) AS lots
  FROM ledger.journal j
  WHERE j.wallet_id = :customerId AND j.effective_at <= :at::timestamptz
  ORDER BY j.seq DESC LIMIT 1`;
