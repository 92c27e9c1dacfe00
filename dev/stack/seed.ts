import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Knex } from 'knex';
import type { Payments } from '../../src/payments/payments';
import { systemClock } from '../../src/platform/clock';
import { deriveId } from '../../src/platform/ids';
import { findPackageRoot } from '../../src/platform/package-root';
import { createApiKey, findApiKey, type Scope } from '../../src/store/api-keys';
import { getCurrentCatalog, isAnyPublished } from '../../src/store/catalogs';
import { parseCatalog } from '../../src/store/catalogs/read-catalog';
import { customerRecord } from '../../src/store/customers';
import { insertModel } from '../../src/store/models';
import { priceAndPublishCatalog } from '../../src/store/price-catalog';
import { writeRecords } from '../../src/store/write-records';
import { HOUSE_MODELS } from '../studio/house-models';

const HOUSE_ARTIST = 'house-artist';

/** What is sold on a new stack unless a catalog is named. */
const CATALOG = join(findPackageRoot(), 'catalog', 'exactly-2024.yaml');

/**
 * Publishes the catalog that is named, and on a new stack without one the catalog of the package. What is published already stays: a
 * stack that is started without a name goes on with what it sold last.
 */
export async function publishCatalog(db: Knex, payments: Payments, own: string | undefined): Promise<void> {
  if (own === undefined && (await isAnyPublished(db))) return;
  const catalog = parseCatalog(await readFile(own ?? CATALOG, 'utf8'));
  await priceAndPublishCatalog(db, payments, catalog, await systemClock.now());
}

/** A key that the database knows: the given secret, else a new one. */
export async function keepApiKey(
  db: Knex,
  secret: string | null,
  name: string,
  scopes: readonly Scope[],
): Promise<string> {
  if (secret !== null && (await findApiKey(db, secret)) !== undefined) return secret;
  const created = await createApiKey(db, { name, scopes, createdAt: await systemClock.now() });
  return created.secret;
}

/** Whether a catalog sells pictures in the style of a model: then the house models have something to do. */
export async function sellsPictures(db: Knex): Promise<boolean> {
  const { actions } = await getCurrentCatalog(db);
  return [...actions.values()].some(({ runs, delivers }) => runs === 'provider' && delivers === 'images');
}

/** Three public models of a house artist, so that a first picture can be made at once. Safe to repeat. */
export async function seedHouseModels(db: Knex): Promise<void> {
  const createdAt = await systemClock.now();
  const artistId = deriveId('cus', HOUSE_ARTIST);
  const artist = { id: artistId, externalId: HOUSE_ARTIST, email: null, name: null, createdAt };
  await writeRecords(db, [customerRecord(artist)]);
  for (const { name, version } of HOUSE_MODELS) {
    await insertModel(db, {
      id: deriveId('mdl', version),
      ownerId: artistId,
      name,
      visibility: 'public',
      status: 'ready',
      version,
      spendId: null,
      createdAt,
    });
  }
}
