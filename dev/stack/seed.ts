import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Knex } from 'knex';
import type { Payments } from '../../src/payments/payments';
import { systemClock } from '../../src/platform/clock';
import { deriveId } from '../../src/platform/ids';
import { findPackageRoot } from '../../src/platform/package-root';
import { createApiKey, findApiKey, type Scope } from '../../src/store/api-keys';
import { isUnreadable } from '../../src/store/catalogs';
import { parseCatalog } from '../../src/store/catalogs/read-catalog';
import { customerRecord } from '../../src/store/customers';
import { insertModel } from '../../src/store/models';
import { priceAndPublishCatalog } from '../../src/store/price-catalog';
import { writeRecords } from '../../src/store/write-records';
import { HOUSE_MODELS } from '../studio/house-models';

const HOUSE_ARTIST = 'house-artist';

/** The catalog of a stack that is told of none. */
const DEFAULT_CATALOG = 'exactly-2024.yaml';

/** Publishes the catalog that the stack is started with, unless it is published already. */
export async function publishCatalogs(db: Knex, payments: Payments, own: string | undefined): Promise<void> {
  const file = own ?? join(findPackageRoot(), 'catalog', DEFAULT_CATALOG);
  const catalog = parseCatalog(await readFile(file, 'utf8'));
  // Who needs what another release has published is told; nobody else waits for it.
  if (await isUnreadable(db, catalog.version)) return;
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
