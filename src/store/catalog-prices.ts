import type { Knex } from 'knex';
import { INTERVALS, type Amounts, type Catalog, type Interval, type PlanId } from '../domain/catalog/catalog';
import { moneyIn, moneyOf } from '../domain/catalog/money';
import { DomainError } from '../domain/errors';
import { getCatalog } from './catalogs';

/** What a price at Stripe sells in one currency: a plan for an interval, or a pack. */
export interface SoldItem {
  readonly stripePriceId: string;
  readonly catalogVersion: string;
  readonly plan: PlanId | null;
  readonly interval: Interval | null;
  readonly pack: string | null;
  readonly amountMinor: number;
  readonly currency: string;
}

interface PriceRow {
  stripe_price_id: string;
  catalog_version: string;
  plan: PlanId | null;
  interval: Interval | null;
  pack: string | null;
  amount_minor: number;
  currency: string;
}

export function soldItemOf(row: PriceRow): SoldItem {
  return {
    stripePriceId: row.stripe_price_id,
    catalogVersion: row.catalog_version,
    plan: row.plan,
    interval: row.interval,
    pack: row.pack,
    amountMinor: row.amount_minor,
    currency: row.currency,
  };
}

export function priceRowOf(item: SoldItem): PriceRow {
  return {
    stripe_price_id: item.stripePriceId,
    catalog_version: item.catalogVersion,
    plan: item.plan,
    interval: item.interval,
    pack: item.pack,
    amount_minor: item.amountMinor,
    currency: item.currency,
  };
}

/** The plans and packs of a catalog that money can buy, in every currency, in the order of the catalog. */
export function listSoldItems(catalog: Catalog): Omit<SoldItem, 'stripePriceId'>[] {
  const { version: catalogVersion } = catalog;
  const plans = [...catalog.plans.values()].flatMap(({ id: plan, prices }) =>
    INTERVALS.flatMap((interval) =>
      moneyOf(prices[interval]?.amounts ?? {}).map((price) => ({
        catalogVersion,
        plan,
        interval,
        pack: null,
        ...price,
      })),
    ),
  );
  const packs = [...catalog.packs.values()].flatMap(({ id: pack, prices }) =>
    moneyOf(prices).map((price) => ({ catalogVersion, plan: null, interval: null, pack, ...price })),
  );
  return [...plans, ...packs];
}

/** What a price at Stripe stands for; undefined for a price that no catalog knows. */
export async function findSoldItem(db: Knex, stripePriceId: string): Promise<SoldItem | undefined> {
  const row = await db<PriceRow>('app.catalog_prices').where({ stripe_price_id: stripePriceId }).first();
  return row === undefined ? undefined : soldItemOf(row);
}

/** A plan for an interval, or a pack, in a currency; null: in the first one that its version has for it. */
type ItemForSale = ({ readonly plan: PlanId; readonly interval: Interval } | { readonly pack: string }) & {
  readonly currency: string | null;
};

/** The price at Stripe of what a version sells. Throws `not_found` when it is not sold. */
export async function getPriceId(db: Knex, catalogVersion: string, item: ItemForSale): Promise<string> {
  const catalog = await getCatalog(db, catalogVersion);
  const currency = item.currency ?? moneyIn(amountsOf(catalog, item))?.currency;
  const row =
    currency === undefined
      ? undefined
      : await db<PriceRow>('app.catalog_prices')
          .where({ catalog_version: catalogVersion, currency, ...columnsOf(item) })
          .first();
  if (row === undefined) throw new DomainError('not_found', `${JSON.stringify(item)} is not sold.`);
  return row.stripe_price_id;
}

function amountsOf({ plans, packs }: Catalog, item: ItemForSale): Amounts {
  return (
    ('pack' in item ? packs.get(item.pack)?.prices : plans.get(item.plan)?.prices[item.interval]?.amounts) ??
    {}
  );
}

/** Column by column: who asks may hold more than what is sold. */
function columnsOf(item: ItemForSale) {
  return 'pack' in item
    ? { plan: null, interval: null, pack: item.pack }
    : { plan: item.plan, interval: item.interval, pack: null };
}
