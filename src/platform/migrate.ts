import type { Knex } from 'knex';
import { DatabaseError, type Client } from 'pg';
import { connectOurs, createConnection, createDatabase } from './database';
import { refuseUnfitDatabaseAt } from './fit-database';
import {
  digestOf,
  isOurMigration,
  MIGRATIONS_TABLE as TABLE,
  readMigration,
  readMigrations,
} from './migrations';

/** The role that the API and the workers act as; migrations grant to it by this name. */
export const APP_ROLE = 'scrip_app';

/** What each applied file said. */
const DIGESTS = 'scrip_migration_digests';

/** Any constant: it keeps two runs on one database apart. */
const MIGRATION_LOCK = 5_372_491_001;

/** A migration rewrites what it must; whoever waits for the lock waits as long. */
const STATEMENT_TIMEOUT = '0';

const DUPLICATE_OBJECT = '42710';
const UNIQUE_VIOLATION = '23505';
const INTERNAL_ERROR = 'XX000';

/**
 * Brings the schema up to date as its owner, and makes sure that the application can log in: `scrip_app` gets the
 * password of the application's URL; another user named there becomes a member of `scrip_app`. Forward only, one
 * transaction per file, safe to run at the same time from several processes. Answers the names of what was applied.
 * Throws when a file is not what it was when it was applied to this database: its schema would be nobody's; when the
 * database cannot carry this code; and when the role may not change the schema.
 */
export async function migrate(ownerUrl: string, appUrl: string): Promise<readonly string[]> {
  await refuseUnfitDatabaseAt(ownerUrl, { toMigrate: true });
  const owner = createConnection(ownerUrl, 'scrip-migrate');
  // A lost connection fails the next query; the event alone must not end the process.
  owner.on('error', () => undefined);
  await connectOurs(owner, STATEMENT_TIMEOUT);
  try {
    await refuseOtherRole(owner);
    await owner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await createAppRole(owner, new URL(appUrl));
    await refuseOtherHistory(owner);
    const applied = await applyMigrations(ownerUrl);
    await owner.query(
      `GRANT USAGE ON SCHEMA public TO ${APP_ROLE}; GRANT SELECT ON public.${TABLE} TO ${APP_ROLE}`,
    );
    return applied;
  } finally {
    await owner.end();
  }
}

/** Who changes the schema owns it; before there is one, who may make it in this database. */
async function refuseOtherRole(owner: Client): Promise<void> {
  const { rows } = await owner.query<{ role: string; may: boolean }>(
    `SELECT current_user AS role, coalesce(
       (SELECT pg_has_role(nspowner, 'USAGE') FROM pg_namespace WHERE nspname = 'ledger'),
       has_database_privilege(current_database(), 'CREATE')) AS may`,
  );
  if (rows[0]?.may === true) return;
  throw new Error(
    `The role ${String(rows[0]?.role)} does not own the schema: set DATABASE_OWNER_URL to the role that does.`,
  );
}

async function refuseOtherHistory(owner: Client): Promise<void> {
  await owner.query(
    `CREATE TABLE IF NOT EXISTS public.${DIGESTS} (name text PRIMARY KEY, sha256 text NOT NULL)`,
  );
  const { rows } = await owner.query<{ known: boolean }>('SELECT to_regclass($1) IS NOT NULL AS known', [
    `public.${TABLE}`,
  ]);
  if (rows[0]?.known !== true) return;
  const applied = await owner.query<{ name: string; sha256: string | null }>(
    `SELECT name, sha256 FROM public.${TABLE} LEFT JOIN public.${DIGESTS} USING (name) ORDER BY name`,
  );
  for (const { name, sha256 } of applied.rows) {
    if (await isOurMigration(name, sha256)) continue;
    throw new Error(
      `Migration ${name} is not what was applied to this database. It was made by another build of Scrip: ` +
        'use that build, or another database (the embedded stack: another SCRIP_HOME, or delete this one).',
    );
  }
}

/** Roles belong to the whole server, so two databases migrated at once may both create it: the loser goes on. */
async function createAppRole(owner: Client, appUrl: URL): Promise<void> {
  const user = decodeURIComponent(appUrl.username);
  const password = decodeURIComponent(appUrl.password);
  await tolerating([DUPLICATE_OBJECT, UNIQUE_VIOLATION], () => owner.query(`CREATE ROLE ${APP_ROLE} LOGIN`));
  if (user === APP_ROLE && password !== '') {
    await setPassword(owner, password);
  } else if (user !== '' && user !== APP_ROLE && !(await hasRights(owner, user))) {
    await owner.query(`GRANT ${APP_ROLE} TO ${owner.escapeIdentifier(user)}`);
  }
}

/** The owner has all of them; whoever made the roles may have made the member, and then the owner need not. */
async function hasRights(owner: Client, user: string): Promise<boolean> {
  const { rowCount } = await owner.query(
    `SELECT FROM pg_roles WHERE rolname = $1 AND (rolname = current_user OR pg_has_role(oid, $2, 'MEMBER'))`,
    [user, APP_ROLE],
  );
  return rowCount !== 0;
}

/** Postgres refuses one of two concurrent changes of a role with "tuple concurrently updated"; the other one was ours too. */
async function setPassword(owner: Client, password: string): Promise<void> {
  const statement = `ALTER ROLE ${APP_ROLE} LOGIN PASSWORD ${owner.escapeLiteral(password)}`;
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    const done = await tolerating([INTERNAL_ERROR], () => owner.query(statement));
    if (done) return;
  }
  throw new Error(
    `The password of ${APP_ROLE} could not be set: the role is being changed by others all the time`,
  );
}

async function tolerating(sqlStates: readonly string[], run: () => Promise<unknown>): Promise<boolean> {
  try {
    await run();
    return true;
  } catch (error) {
    if (error instanceof DatabaseError && sqlStates.includes(error.code ?? '')) return false;
    throw error;
  }
}

async function applyMigrations(ownerUrl: string): Promise<readonly string[]> {
  // What knex would say about a failure holds the whole file; `explain` says it in a line.
  const db = createDatabase(ownerUrl, {
    ...{ applicationName: 'scrip-migrate', connectionsMax: 2, quiet: true },
    statementTimeout: STATEMENT_TIMEOUT,
  });
  const settings = { tableName: TABLE, schemaName: 'public', migrationSource: sqlFiles() };
  try {
    // Our advisory lock has sole rule; knex's own flag would outlive a process that was killed.
    await db.migrate.list(settings);
    await db.migrate.forceFreeMigrationsLock(settings);
    const [, applied] = (await db.migrate.latest(settings)) as [number, readonly string[]];
    return applied;
  } finally {
    await db.destroy();
  }
}

/** Each file is run as it is, in a transaction of its own; there is no way down. */
function sqlFiles(): Knex.MigrationSource<string> {
  return {
    getMigrations: readMigrations,
    getMigrationName: (name) => name,
    getMigration: async (name) => {
      const sql = await readMigration(name);
      return {
        up: async (transaction) => {
          try {
            await transaction.raw(sql.replaceAll('?', '\\?'));
          } catch (error) {
            throw explain(name, sql, error);
          }
          await transaction(DIGESTS)
            .withSchema('public')
            .insert({ name, sha256: digestOf(sql) });
        },
        down: () => Promise.reject(new Error('Migrations only go forward')),
      };
    },
  };
}

/** Postgres's own words and the line they are about. */
function explain(name: string, sql: string, error: unknown): Error {
  if (!(error instanceof DatabaseError)) return error instanceof Error ? error : new Error(String(error));
  const words = error.message.slice(error.message.lastIndexOf(' - ') + 3);
  const line = error.position === undefined ? '' : `:${lineAt(sql, Number(error.position))}`;
  return new Error(`Migration ${name}${line} failed: ${words}`, { cause: error });
}

function lineAt(sql: string, position: number): string {
  return String(sql.slice(0, position).split('\n').length);
}
