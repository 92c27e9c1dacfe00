import type { Knex } from 'knex';
import { STRANGE_SETTINGS } from './database-session';

/** What one look at a session says. */
export interface Look {
  /** The server process that answered. */
  readonly pid: number;
  /** Settings that are not ours. */
  readonly strange: readonly string[];
}

/** What is known of a database that answers: what `listFaults` judges. */
export interface DatabaseFacts {
  /** As `server_version_num` has it: 180004 for 18.4. */
  readonly version: number;
  readonly isStandby: boolean;
  readonly encoding: string;
  readonly replicationRole: string;
  /** Two sessions that were open at once and were looked at in turn, each in the order of its looks. */
  readonly sessions: readonly (readonly Look[])[];
  /** Null: the schema is not there. */
  readonly mayUseSchema: boolean | null;
}

const FACTS = `
  SELECT current_setting('server_version_num')::int AS version, pg_is_in_recovery() AS "isStandby",
    pg_encoding_to_char(encoding) AS encoding, current_setting('session_replication_role') AS "replicationRole",
    (SELECT has_schema_privilege(n.oid, 'USAGE') AND has_function_privilege(p.oid, 'EXECUTE')
     FROM pg_namespace n JOIN pg_proc p ON p.pronamespace = n.oid
     WHERE n.nspname = 'ledger' AND p.proname = 'apply_batch') AS "mayUseSchema"
  FROM pg_database WHERE datname = current_database()`;

/**
 * Reads the facts over two connections of the pool. They are asked in an order by which a pooler that gives each statement another
 * server cannot pass for two sessions, whether it hands out the server used last or the next one.
 */
export async function readDatabaseFacts(db: Knex): Promise<DatabaseFacts> {
  return withConnection(db, (first) =>
    withConnection(db, async (second) => {
      const { rows } = await db.raw<{ rows: Omit<DatabaseFacts, 'sessions'>[] }>(FACTS).connection(first);
      const [facts] = rows;
      if (facts === undefined) throw new Error('The database has no row about itself in pg_database');
      const look = async (connection: unknown): Promise<Look> => {
        const sql = `SELECT pg_backend_pid() AS pid, ${STRANGE_SETTINGS} AS strange`;
        const { rows: looks } = await db.raw<{ rows: [Look] }>(sql).connection(connection);
        return looks[0];
      };
      const looks: [Look[], Look[]] = [[], []];
      for (const [index, connection] of [first, first, second, second, first].entries()) {
        looks[[0, 0, 1, 1, 0][index] === 0 ? 0 : 1].push(await look(connection));
      }
      return { ...facts, sessions: looks };
    }),
  );
}

async function withConnection<Result>(
  db: Knex,
  use: (connection: unknown) => Promise<Result>,
): Promise<Result> {
  const { client } = db as unknown as { client: Knex.Client };
  const connection: unknown = await client.acquireConnection();
  try {
    return await use(connection);
  } finally {
    await client.releaseConnection(connection);
  }
}
