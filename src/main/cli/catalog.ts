import type { Catalog } from '../../domain/catalog/catalog';
import { createStripePayments } from '../../payments/stripe-payments';
import { getCurrentCatalog } from '../../store/catalogs';
import { parseCatalog } from '../../store/catalogs/read-catalog';
import { priceAndPublishCatalog } from '../../store/price-catalog';
import { parseArgument, runVerb } from './command';
import { diffValues } from './diff-values';
import { readNamedFile } from './named-file';
import { findSurroundings, withDatabase, withOwner } from './surroundings';

/** Checks, compares and, as the schema's owner, publishes a catalog file. A published version never changes. */
export function runCatalog(args: readonly string[]): Promise<number> {
  return runVerb('catalog', { validate, diff, publish }, args);
}

async function readCatalog(args: readonly string[]): Promise<Catalog> {
  const { argument: file } = parseArgument(args, {}, 'catalog file');
  return parseCatalog((await readNamedFile(file)).toString('utf8'));
}

async function validate(args: readonly string[]): Promise<number> {
  const catalog = await readCatalog(args);
  console.log(`${catalog.version} is valid.`);
  return 0;
}

async function diff(args: readonly string[]): Promise<number> {
  const catalog = await readCatalog(args);
  const current = await withDatabase(findSurroundings().databaseUrl(), getCurrentCatalog);
  const lines = diffValues(current.document, catalog.document);
  for (const line of lines) console.log(line);
  if (lines.length === 0) console.log(`${catalog.version} is the same as the current catalog.`);
  return 0;
}

async function publish(args: readonly string[]): Promise<number> {
  const catalog = await readCatalog(args);
  const surroundings = findSurroundings();
  // Publishing calls Stripe and receives nothing from it.
  const payments = createStripePayments({ ...surroundings.stripe(), webhookSecrets: [] });
  const now = await surroundings.clock().now();
  const isNew = await withOwner(surroundings, (db) => priceAndPublishCatalog(db, payments, catalog, now));
  console.log(
    isNew
      ? `${catalog.version} is published. Existing subscriptions keep their version.`
      : `${catalog.version} is already published.`,
  );
  return 0;
}
