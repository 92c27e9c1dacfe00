import type { Knex } from 'knex';
import type { Catalog } from '../domain/catalog/catalog';
import { DomainError } from '../domain/errors';
import type { Instant } from '../domain/instants';
import { fingerprintOf } from '../platform/fingerprint';
import { priceRowOf, type SoldItem } from './catalog-prices';
import { findCatalog } from './catalogs';

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
  const published = await findCatalog(db, catalog.version);
  if (published === undefined || fingerprintOf(published.document) === fingerprintOf(catalog.document))
    return;
  throw new DomainError(
    'state_conflict',
    `Catalog ${catalog.version} was already published with different content. Give the changed one another version.`,
  );
}
