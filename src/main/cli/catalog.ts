import type { Catalog } from '../../domain/catalog/catalog';
import { diffCatalogs } from '../../domain/catalog/diff-catalogs';
import { createStripePayments } from '../../payments/stripe-payments';
import { getCurrentCatalog } from '../../store/catalogs';
import { catalogJsonSchema } from '../../store/catalogs/catalog-schema';
import { parseCatalog } from '../../store/catalogs/read-catalog';
import { testCatalog } from '../../store/catalogs/test-catalog';
import { priceAndPublishCatalog } from '../../store/price-catalog';
import { parseArgument, parseOptions, runVerb } from './command';
import { readNamedFile } from './named-file';
import { findSurroundings, withDatabase, withOwner } from './surroundings';

/** Checks, tests, compares and, as the schema's owner, publishes a catalog file. A published version never changes. */
export function runCatalog(args: readonly string[]): Promise<number> {
  return runVerb('catalog', { validate, test, diff, publish, schema }, args);
}

async function readCatalog(args: readonly string[]): Promise<Catalog> {
  const { argument: file } = parseArgument(args, {}, 'catalog file');
  return parseCatalog(await textOf(file));
}

async function validate(args: readonly string[]): Promise<number> {
  const { version } = await readCatalog(args);
  console.log(`${version} is valid.`);
  return 0;
}

/** Plays `NAME.test.yaml`, which lies beside `NAME.yaml`. */
async function test(args: readonly string[]): Promise<number> {
  const { argument: file } = parseArgument(args, {}, 'catalog file');
  const catalog = parseCatalog(await textOf(file));
  const table = file.replace(/(\.[a-z]+)?$/i, '.test.yaml');
  const { rows, faults } = testCatalog(catalog, await textOf(table));
  for (const fault of faults) console.log(fault);
  const [count, failed] = [String(rows), String(faults.length)];
  console.log(
    faults.length === 0
      ? `${catalog.version} does what ${table} expects in all of ${count} rows.`
      : `${catalog.version} does not do what ${table} expects in ${failed} of ${count} rows.`,
  );
  return faults.length === 0 ? 0 : 1;
}

/** The JSON Schema of a catalog file, for editors. */
function schema(args: readonly string[]): Promise<number> {
  parseOptions(args, {});
  console.log(JSON.stringify(catalogJsonSchema(), null, 2));
  return Promise.resolve(0);
}

async function textOf(file: string): Promise<string> {
  return (await readNamedFile(file)).toString('utf8');
}

async function diff(args: readonly string[]): Promise<number> {
  const catalog = await readCatalog(args);
  const current = await withDatabase(findSurroundings().databaseUrl(), getCurrentCatalog);
  const lines = diffCatalogs(current, catalog);
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
