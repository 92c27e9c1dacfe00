import type { Knex } from 'knex';
import { query } from './query';
import { monthsOf, type Month, type ReportRange } from './report-months';

/** Where the credits of all customers came from and went in a month. */
export interface RollForwardMonth {
  readonly month: Month;
  /** All wallets' available + held − owed when the month began. */
  readonly opening: number;
  readonly granted: number;
  readonly captured: number;
  readonly refunded: number;
  readonly expired: number;
  readonly clawed: number;
  /** Given back by undone clawbacks. */
  readonly restored: number;
  /** opening + granted − captured + refunded − expired − clawed + restored. */
  readonly closing: number;
}

type Moved = Omit<RollForwardMonth, 'opening' | 'closing'>;

/**
 * Rolls the total of all wallets forward, month by month of the effective instant (UTC), every month that `[from, to)`
 * touches. One statement over the journal's sums, so the figures belong together and add up to the journal.
 */
export async function rollForwardReport(db: Knex, range: ReportRange): Promise<readonly RollForwardMonth[]> {
  const moved = await query<Moved>(
    db,
    `SELECT to_char(month, 'YYYY-MM') AS month,
       coalesce(sum(credits) FILTER (WHERE code = 'grant'), 0)::bigint AS granted,
       coalesce(sum(credits) FILTER (WHERE code = 'capture'), 0)::bigint AS captured,
       coalesce(sum(credits) FILTER (WHERE code = 'refund'), 0)::bigint AS refunded,
       coalesce(sum(credits) FILTER (WHERE code = 'expire'), 0)::bigint AS expired,
       coalesce(sum(credits) FILTER (WHERE code = 'clawback'), 0)::bigint AS clawed,
       coalesce(sum(credits) FILTER (WHERE code = 'clawback_undo'), 0)::bigint AS restored
     FROM ledger.monthly_sums GROUP BY month ORDER BY month`,
    {},
  );
  const months = monthsOf(
    range,
    moved.map(({ month }) => month),
  );
  const byMonth = new Map(moved.map((figures) => [figures.month, figures]));
  let opening = moved
    .filter(({ month }) => month < (months[0] ?? ''))
    .reduce((sum, month) => sum + net(month), 0);
  return months.map((month) => {
    const figures = byMonth.get(month) ?? nothing(month);
    const closing = opening + net(figures);
    const row = { ...figures, opening, closing };
    opening = closing;
    return row;
  });
}

function net({ granted, captured, refunded, expired, clawed, restored }: Moved): number {
  return granted - captured + refunded - expired - clawed + restored;
}

function nothing(month: Month): Moved {
  return { month, granted: 0, captured: 0, refunded: 0, expired: 0, clawed: 0, restored: 0 };
}
