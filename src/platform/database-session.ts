import type { ClientBase } from 'pg';

/**
 * The settings that our SQL and parsers depend on, in Postgres's own spelling. Each can be set otherwise for a role, for a
 * database or in a URL. The time limit of a statement is the caller's choice.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  client_encoding: 'UTF8',
  standard_conforming_strings: 'on',
  // How values are written: our parsers read instants in UTC, as ISO writes them.
  DateStyle: 'ISO, MDY',
  TimeZone: 'UTC',
  IntervalStyle: 'postgres',
  bytea_output: 'hex',
  extra_float_digits: '1',
  // What a statement means: every name of ours has its schema.
  search_path: 'pg_catalog, pg_temp',
  transform_null_equals: 'off',
  array_nulls: 'on',
  default_transaction_isolation: 'read committed',
  default_transaction_read_only: 'off',
  default_transaction_deferrable: 'off',
  // A statement that hangs must not hold a wallet's lock for ever; a connection without work is not ended.
  idle_in_transaction_session_timeout: '30s',
  idle_session_timeout: '0',
  lock_timeout: '0',
  transaction_timeout: '0',
};

/** No statement of ours takes seconds. */
export const STATEMENT_TIMEOUT = '30s';

/** The parameters of a URL that change how the driver works, and not where it connects. */
const OURS_IN_A_URL = [
  'binary',
  'client_encoding',
  'idle_in_transaction_session_timeout',
  'lock_timeout',
  'query_timeout',
  'replication',
  'statement_timeout',
];

/**
 * Applies our settings to a new connection, whatever role, database and URL say. By a statement and not as start-up parameters,
 * because the URL's parameters would win over those, and PgBouncer refuses them. Skips settings that the server does not know.
 */
export async function settleSession(client: ClientBase, statementTimeout = STATEMENT_TIMEOUT): Promise<void> {
  const settings = Object.entries({ ...SETTINGS, statement_timeout: statementTimeout });
  const values = settings.map(([name, value]) => `('${name}', '${value}')`).join(', ');
  await client.query(
    `SELECT set_config(name, value, false) FROM (VALUES ${values}) AS ours (name, value)
     WHERE current_setting(name, true) IS NOT NULL`,
  );
}

/** SQL for the names of the settings that are not ours: empty on a connection that has kept them. */
export const STRANGE_SETTINGS = `ARRAY(
  SELECT name FROM (VALUES ${Object.entries(SETTINGS)
    .map(([name, value]) => `('${name}', '${value}')`)
    .join(', ')}) AS ours (name, value)
  WHERE current_setting(name, true) <> value ORDER BY name)`;

/** The URL without the parameters that would change how the driver reads; host, TLS and `options` stay. */
export function withoutOurParameters(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const strange = OURS_IN_A_URL.filter((name) => parsed?.searchParams.has(name) === true);
  if (parsed === undefined || strange.length === 0) return url;
  for (const name of strange) parsed.searchParams.delete(name);
  return parsed.href;
}
