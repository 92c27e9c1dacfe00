import type { Knex } from 'knex';
import { INTERVALS, PLAN_IDS, type Catalog, type Interval, type PlanId } from '../domain/catalog';
import { DomainError } from '../domain/errors';
import type { Instant } from '../domain/instants';
import { fingerprintOf } from '../platform/fingerprint';

interface CatalogRow {
  version: string;
  document: Catalog;
}

/** What a price at Stripe sells: a plan for an interval, or a pack. */
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

/** The plans and packs of a catalog that money can buy, in a fixed order. */
export function listSoldItems(catalog: Catalog): Omit<SoldItem, 'stripePriceId'>[] {
  const plans = PLAN_IDS.flatMap((plan) =>
    INTERVALS.flatMap((interval) => {
      const price = catalog.plans[plan].prices[interval];
      return price === undefined
        ? []
        : [{ catalogVersion: catalog.version, plan, interval, pack: null, ...price }];
    }),
  );
  const packs = catalog.packs.map((pack) => ({
    catalogVersion: catalog.version,
    plan: null,
    interval: null,
    pack: pack.id,
    ...pack.price,
  }));
  return [...plans, ...packs];
}

/**
 * Publishes a catalog version with the price ids that stand for it at Stripe, in one transaction.
 * The same content again changes nothing and answers false; other content under a published version is refused with
 * `state_conflict`, because a version is immutable.
 */
export async function publishCatalog(
  db: Knex,
  catalog: Catalog,
  prices: readonly SoldItem[],
  publishedAt: Instant,
): Promise<boolean> {
  return db.transaction(async (trx) => {
    const inserted = await trx('app.catalogs')
      .insert({ version: catalog.version, document: JSON.stringify(catalog), published_at: publishedAt })
      .onConflict('version')
      .ignore()
      .returning('version');
    const stored = await getCatalog(trx, catalog.version);
    if (fingerprintOf(stored) !== fingerprintOf(catalog)) {
      throw new DomainError(
        'state_conflict',
        `Catalog ${catalog.version} was already published with different content. Give the changed one another version.`,
      );
    }
    if (prices.length > 0) {
      await trx('app.catalog_prices').insert(prices.map(priceRowOf)).onConflict().ignore();
    }
    return inserted.length > 0;
  });
}

/** A published version. Throws `not_found`. */
export async function getCatalog(db: Knex, version: string): Promise<Catalog> {
  const row = await db<CatalogRow>('app.catalogs').select('document').where({ version }).first();
  if (row === undefined) throw new DomainError('not_found', `No catalog ${version}.`);
  return row.document;
}

/** The version that new customers and subscriptions get: the latest published. Throws `unavailable` before the first. */
export async function getCurrentCatalog(db: Knex): Promise<Catalog> {
  const row = await db<CatalogRow>('app.catalogs').select('document').orderBy('position', 'desc').first();
  if (row === undefined) throw new DomainError('unavailable', 'No catalog is published yet.');
  return row.document;
}

/** What a price at Stripe stands for; undefined for a price that no catalog knows. */
export async function findSoldItem(db: Knex, stripePriceId: string): Promise<SoldItem | undefined> {
  const row = await db<PriceRow>('app.catalog_prices').where({ stripe_price_id: stripePriceId }).first();
  return row === undefined ? undefined : soldItemOf(row);
}

/** The price at Stripe of a plan for an interval, or of a pack. Throws `not_found` when it is not sold. */
export async function getPriceId(
  db: Knex,
  catalogVersion: string,
  item: { plan: PlanId; interval: Interval } | { pack: string },
): Promise<string> {
  // Column by column: who asks may hold more than a plan and an interval.
  const wanted =
    'pack' in item
      ? { plan: null, interval: null, pack: item.pack }
      : { plan: item.plan, interval: item.interval, pack: null };
  const row = await db<PriceRow>('app.catalog_prices')
    .where({ catalog_version: catalogVersion, ...wanted })
    .first();
  if (row === undefined) throw new DomainError('not_found', `${JSON.stringify(item)} is not sold.`);
  return row.stripe_price_id;
}
