import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { required } from './environment';

export interface TestDatabase {
  /** The owner, who may do everything; for what only the application does, use `appUrl`. */
  readonly ownerUrl: string;
  /** The role scrip_app, as the API and the workers log in. */
  readonly appUrl: string;
  drop(): Promise<void>;
}

/** A database of its own for a test file, cloned from the migrated template in a few milliseconds. */
export function createTestDatabase(): Promise<TestDatabase> {
  return createDatabase('TEMPLATE scrip_template STRATEGY FILE_COPY');
}

/** An empty database on the same server, as a newcomer's before the first migration. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return createDatabase('TEMPLATE template0');
}

async function createDatabase(options: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await runOnServer(`CREATE DATABASE ${name} ${options}`);
  return {
    ownerUrl: withDatabase(required('SCRIP_TEST_OWNER_URL'), name),
    appUrl: withDatabase(required('SCRIP_TEST_APP_URL'), name),
    drop: () => runOnServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

async function runOnServer(sql: string): Promise<void> {
  const client = new Client({ connectionString: required('SCRIP_TEST_OWNER_URL') });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function withDatabase(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
