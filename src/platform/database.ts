import { knex, type Knex } from 'knex';
import { Client, DatabaseError, types as builtin } from 'pg';
import { instantOf, type Instant } from '../domain/instants';
import { settleSession, STATEMENT_TIMEOUT, withoutOurParameters } from './database-session';

/** The driver's own parsers; its declaration names only the types that Postgres is born with. */
const driver: { getTypeParser(oid: number, format?: string): unknown } = builtin;

const INT8 = 20;
const INT8_ARRAY = 1016;
const TIMESTAMPTZ = 1184;

/**
 * How long an unused connection is kept. A request takes up to five at once, and after the pool's default of half a
 * minute the next one would make them all anew, which takes longer than a refusal.
 */
const IDLE_MS_MAX = 10 * 60_000;

export interface DatabaseOptions {
  /** Connections at most; the reads of one process rarely need more than its concurrent requests. */
  readonly connectionsMax?: number;
  readonly applicationName?: string;
  /** How long the server lets a statement run, in Postgres's own words. */
  readonly statementTimeout?: string;
  /** Says nothing of its own about failures: whoever asks says it. */
  readonly quiet?: boolean;
}

/**
 * A pool for reads and for the store's writes. Whole numbers come as `number` (a value that JavaScript cannot hold
 * exactly throws), instants as ISO 8601 text in UTC. No connection is made before the first query.
 */
export function createDatabase(url: string, options: DatabaseOptions = {}): Knex {
  return knex({
    client: 'pg',
    connection: connectionOf(url, options.applicationName ?? 'scrip'),
    pool: {
      min: 0,
      max: options.connectionsMax ?? 10,
      idleTimeoutMillis: IDLE_MS_MAX,
      afterCreate(client: Client, done: (error: unknown, client: Client) => void) {
        settleSession(client, options.statementTimeout).then(
          () => done(null, client),
          (error: unknown) => {
            void client.end().catch(() => undefined);
            done(error, client);
          },
        );
      },
    },
    // A request that waits longer than this for a connection is better refused with 503.
    acquireConnectionTimeout: 10_000,
    ...(options.quiet === true ? { log: { warn: () => undefined, error: () => undefined } } : {}),
  });
}

/** A connection of its own, for lanes and LISTEN: not connected yet, and not ours before `connectOurs`. */
export function createConnection(
  url: string,
  applicationName: string,
  options: { readonly queryTimeoutMs?: number } = {},
): Client {
  const { queryTimeoutMs } = options;
  const timeout = queryTimeoutMs === undefined ? {} : { query_timeout: queryTimeoutMs };
  return new Client({ ...connectionOf(url, applicationName), ...timeout });
}

/** Connects, and makes the session's settings ours before anybody uses it. */
export async function connectOurs(client: Client, statementTimeout = STATEMENT_TIMEOUT): Promise<void> {
  await client.connect();
  await settleSession(client, statementTimeout);
}

function connectionOf(url: string, applicationName: string) {
  return {
    connectionString: withoutOurParameters(url),
    application_name: applicationName,
    types: { getTypeParser },
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  };
}

/** Whether a statement failed because a row with this key is there already. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '23505';
}

/** Connection failures and a shutdown of the server, by the codes of Node and of Postgres (class 08, 57P0x, 53300). */
export function isUnreachableDatabase(thrown: unknown): boolean {
  // Errors of Node's own may come from another realm than ours, so they are known by their members.
  if (typeof thrown !== 'object' || thrown === null) return false;
  const { name, message, code } = thrown as Readonly<Record<string, unknown>>;
  // Knex writes the statement before the driver's words.
  if (name === 'KnexTimeoutError' || /(^| - )(Connection terminated|timeout expired)/.test(String(message)))
    return true;
  return /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|08...|57P0[123]|53300)$/.test(String(code));
}

/** Ours for the types that JavaScript gets wrong, the driver's for all others. Set per connection, never globally. */
function getTypeParser(oid: number, format?: string): unknown {
  if (format !== 'binary') {
    if (oid === INT8) return parseInt8;
    if (oid === INT8_ARRAY) return parseInt8Array;
    if (oid === TIMESTAMPTZ) return parseTimestamptz;
  }
  return driver.getTypeParser(oid, format);
}

/** Throws a RangeError for a number beyond 2^53 − 1: a rounded count of credits is worse than an error. */
export function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} does not fit a safe integer`);
  return value;
}

function parseInt8Array(text: string): readonly (number | null)[] {
  const items = text.slice(1, -1);
  if (items === '') return [];
  return items.split(',').map((item) => (item === 'NULL' ? null : parseInt8(item)));
}

/** Postgres writes `2026-11-22 12:00:00.123456+00` (the session's zone is UTC); microseconds are cut off. */
export function parseTimestamptz(text: string): Instant {
  const parts = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}(?:\.\d+)?)\+00$/.exec(text);
  if (parts === null) throw new RangeError(`${text} is not an instant in UTC`);
  return instantOf(Date.parse(`${parts[1] ?? ''}T${parts[2] ?? ''}Z`));
}
