import type { Knex } from 'knex';
import { query } from './query';
import { monthsOf, type Month, type ReportRange } from './report-months';

/** What one kind of work earned in a month. */
export interface EarnedByAction {
  /** As in `revenue:{action}`. */
  readonly action: string;
  readonly captured: number;
  readonly refunded: number;
  /** captured − refunded. */
  readonly credits: number;
  /** The artists' share of it, net of reversals. */
  readonly royalties: number;
  /** The cost basis of those credits; currencies without one are left out. */
  readonly money: readonly { readonly currency: string; readonly amountMinor: number }[];
}

/** Deferred revenue, the money paid for credits that are not used yet: how it changed in a month, in minor units. */
export interface DeferredRevenue {
  readonly currency: string;
  readonly opening: number;
  /** Paid for lots granted in the month. */
  readonly granted: number;
  /** Earned by captures, net of refunds. */
  readonly earned: number;
  /** Earned by credits that repaid a debt: work done before it was paid for. */
  readonly repaid: number;
  readonly expired: number;
  /** Left with clawed-back credits, net of undone clawbacks. */
  readonly clawed: number;
  /** opening + granted − earned − repaid − expired − clawed. */
  readonly closing: number;
}

export interface RevenueMonth {
  readonly month: Month;
  readonly earned: readonly EarnedByAction[];
  readonly deferred: readonly DeferredRevenue[];
}

interface EarnedRow extends Omit<EarnedByAction, 'credits' | 'money'> {
  month: Month;
}

interface MoneyRow {
  month: Month;
  action: string;
  currency: string;
  amountMinor: number;
}

type DeferredRow = Omit<DeferredRevenue, 'opening' | 'closing'> & { month: Month };

/**
 * Earned and deferred revenue, month by month of the effective instant (UTC), every month that `[from, to)` touches:
 * earned by action in credits and in money, deferred by currency. Money is each lot's cost, which leaves deferred revenue
 * with the lot's credits (rounded so that the parts add up to the whole). One snapshot; adds up to the journal.
 */
export async function revenueReport(db: Knex, range: ReportRange): Promise<readonly RevenueMonth[]> {
  const [earned, money, deferred] = await db.transaction(
    async (snapshot) => [
      await query<EarnedRow>(snapshot, EARNED, {}),
      await query<MoneyRow>(snapshot, MONEY, {}),
      await query<DeferredRow>(snapshot, DEFERRED, {}),
    ],
    { isolationLevel: 'repeatable read', readOnly: true },
  );
  const moved = [...new Set([...earned, ...deferred].map(({ month }) => month))].sort();
  const months = monthsOf(range, moved);
  const before = deferred.filter(({ month }) => month < (months[0] ?? ''));
  const balances = new Map<string, number>();
  for (const row of before) balances.set(row.currency, (balances.get(row.currency) ?? 0) + net(row));
  const currencies = [...new Set(deferred.map(({ currency }) => currency))].sort();
  return months.map((month) => ({
    month,
    earned: earned
      .filter((row) => row.month === month)
      .map(({ action, captured, refunded, royalties }) => ({
        action,
        captured,
        refunded,
        credits: captured - refunded,
        royalties,
        money: money
          .filter((row) => row.month === month && row.action === action)
          .map(({ currency, amountMinor }) => ({ currency, amountMinor })),
      })),
    deferred: currencies.map((currency) => {
      const { granted, earned, repaid, expired, clawed } =
        deferred.find((row) => row.month === month && row.currency === currency) ?? NOTHING;
      const opening = balances.get(currency) ?? 0;
      const closing = opening + net({ granted, earned, repaid, expired, clawed });
      balances.set(currency, closing);
      return { currency, opening, granted, earned, repaid, expired, clawed, closing };
    }),
  }));
}

const NOTHING = { granted: 0, earned: 0, repaid: 0, expired: 0, clawed: 0 };

function net({ granted, earned, repaid, expired, clawed }: typeof NOTHING): number {
  return granted - earned - repaid - expired - clawed;
}

/** `revenue:{action}` is credited by captures and by reversed royalties, debited by refunds and by royalties. */
const ACTION = `substr(CASE WHEN debit LIKE 'revenue:%' THEN debit ELSE credit END, length('revenue:') + 1)`;

const EARNED = `
  SELECT to_char(month, 'YYYY-MM') AS month, ${ACTION} AS action,
    coalesce(sum(credits) FILTER (WHERE code = 'capture'), 0)::bigint AS captured,
    coalesce(sum(credits) FILTER (WHERE code = 'refund'), 0)::bigint AS refunded,
    coalesce(sum(CASE code WHEN 'royalty' THEN credits WHEN 'royalty_reversal' THEN -credits END), 0)::bigint AS royalties
  FROM ledger.monthly_sums WHERE code IN ('capture', 'refund', 'royalty', 'royalty_reversal')
  GROUP BY 1, 2 ORDER BY 1, 2`;

const MONEY = `
  SELECT to_char(month, 'YYYY-MM') AS month, ${ACTION} AS action, currency, sum(left_minor)::bigint AS "amountMinor"
  FROM ledger.monthly_costs WHERE code IN ('capture', 'refund')
  GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`;

const DEFERRED = `
  SELECT to_char(month, 'YYYY-MM') AS month, currency,
    sum(granted_minor)::bigint AS granted,
    coalesce(sum(left_minor) FILTER (WHERE code IN ('capture', 'refund')), 0)::bigint AS earned,
    coalesce(sum(left_minor) FILTER (WHERE code IN ('grant', 'release')), 0)::bigint AS repaid,
    coalesce(sum(left_minor) FILTER (WHERE code = 'expire'), 0)::bigint AS expired,
    coalesce(sum(left_minor) FILTER (WHERE code IN ('clawback', 'clawback_undo')), 0)::bigint AS clawed
  FROM ledger.monthly_costs GROUP BY 1, 2 ORDER BY 1, 2`;
