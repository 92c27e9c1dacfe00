import type { Knex } from 'knex';
import type { Catalog } from '../domain/catalog/catalog';
import { DomainError } from '../domain/errors';
import { readCatalog } from './catalogs/read-catalog';

interface CatalogRow {
  version: string;
  /** As text: the same text is the same catalog, which is compiled once. */
  document: string;
}

/** A published version. Throws `not_found`, and `unavailable` for one that this release cannot read. */
export async function getCatalog(db: Knex, version: string): Promise<Catalog> {
  const catalog = await findCatalog(db, version);
  if (catalog === undefined) throw new DomainError('not_found', `No catalog ${version}.`);
  return catalog;
}

/** A published version; undefined when there is none of that name. Throws `unavailable` for one that this release cannot read. */
export async function findCatalog(db: Knex, version: string): Promise<Catalog | undefined> {
  const [row] = await stored(db).where({ version });
  return row === undefined ? undefined : catalogOf(row);
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
