import type { Knex } from 'knex';
import { INTERVALS, type Amounts, type Catalog, type Interval, type PlanId } from '../domain/catalog/catalog';
import { moneyIn, moneyOf } from '../domain/catalog/money';
import { DomainError } from '../domain/errors';
import type { Instant } from '../domain/instants';
import { fingerprintOf } from '../platform/fingerprint';
import { readCatalog } from './catalogs/read-catalog';

interface CatalogRow {
  version: string;
  /** As text: the same text is the same catalog, which is compiled once. */
  document: string;
}

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

/**
 * Publishes a catalog version with the price ids that stand for it at Stripe, in one transaction.
 * The same content again, whatever release has written it down, changes nothing and answers false; other content under a
 * published version is refused with `state_conflict`, because a version is immutable.
 */
export async function publishCatalog(
  db: Knex,
  catalog: Catalog,
  prices: readonly SoldItem[],
  publishedAt: Instant,
): Promise<boolean> {
  return db.transaction(async (trx) => {
    const inserted = await trx('app.catalogs')
      .insert({
        version: catalog.version,
        document: JSON.stringify(catalog.document),
        published_at: publishedAt,
      })
      .onConflict('version')
      .ignore()
      .returning('version');
    await assertUnchanged(trx, catalog);
    if (prices.length > 0) {
      await trx('app.catalog_prices').insert(prices.map(priceRowOf)).onConflict().ignore();
    }
    return inserted.length > 0;
  });
}

/** Throws `state_conflict` when other content is published under the version of a catalog. */
export async function assertUnchanged(db: Knex, catalog: Catalog): Promise<void> {
  const [row] = await stored(db).where({ version: catalog.version });
  if (row === undefined || fingerprintOf(catalogOf(row).document) === fingerprintOf(catalog.document)) return;
  throw new DomainError(
    'state_conflict',
    `Catalog ${catalog.version} was already published with different content. Give the changed one another version.`,
  );
}

/** A published version. Throws `not_found`, and `unavailable` for one that this release cannot read. */
export async function getCatalog(db: Knex, version: string): Promise<Catalog> {
  const [row] = await stored(db).where({ version });
  if (row === undefined) throw new DomainError('not_found', `No catalog ${version}.`);
  return catalogOf(row);
}

/**
 * The version that new customers and subscriptions get: the latest published. Throws `unavailable` before the first, and when
 * this release cannot read it.
 */
export async function getCurrentCatalog(db: Knex): Promise<Catalog> {
  const [row] = await stored(db).orderBy('position', 'desc').limit(1);
  if (row === undefined) throw new DomainError('unavailable', 'No catalog is published yet.');
  return catalogOf(row);
}

/** Whether any version is published. */
export async function isAnyPublished(db: Knex): Promise<boolean> {
  return (await stored(db).limit(1)).length > 0;
}

/** Whether any published version has a plan, an action or a pack of this id. */
export async function isInAnyCatalog(
  db: Knex,
  kind: 'plans' | 'actions' | 'packs',
  id: string,
): Promise<boolean> {
  // The first release listed its packs; everything else is named.
  const { rows } = await db.raw<{ rows: readonly unknown[] }>(
    `SELECT 1 FROM app.catalogs, LATERAL (SELECT document -> CAST(:kind AS text) AS things) k
     WHERE jsonb_exists(things, :id)
       OR things @> jsonb_build_array(jsonb_build_object('id', CAST(:id AS text))) LIMIT 1`,
    { kind, id },
  );
  return rows.length > 0;
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

function stored(db: Knex) {
  return db('app.catalogs').select<CatalogRow[]>('version', db.raw('document::text AS document'));
}

/** How many catalogs are kept compiled. */
const COMPILED_MAX = 200;

/** A catalog follows from its text alone, and compiling its formulas is worth doing once. */
const compiled = new Map<string, Catalog>();

function catalogOf({ version, document }: CatalogRow): Catalog {
  const known = compiled.get(document);
  if (known !== undefined) return known;
  const catalog = readStored(version, document);
  const [oldest] = compiled.keys();
  if (oldest !== undefined && compiled.size >= COMPILED_MAX) compiled.delete(oldest);
  compiled.set(document, catalog);
  return catalog;
}

/** Who needs a version that another release has published waits for a release that can read it. */
function readStored(version: string, document: string): Catalog {
  try {
    return readCatalog(JSON.parse(document));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DomainError('unavailable', `This release cannot read catalog ${version}. ${why}`);
  }
}
