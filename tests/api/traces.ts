import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { Client as Postgres } from 'pg';
import type { TestStack } from '../support/start-stack';

/** The tables of ours, of whatever schema, in which a text stands anywhere. */
export async function tablesWith({ dev }: TestStack, text: string): Promise<readonly string[]> {
  const db = new Postgres({ connectionString: dev.databaseOwnerUrl });
  await db.connect();
  const { rows } = await db.query<{ name: string }>(
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
      WHERE table_type = 'BASE TABLE' AND table_schema IN ('app', 'ledger') ORDER BY 1`,
  );
  const found: string[] = [];
  for (const { name } of rows) {
    const hits = await db.query(`SELECT 1 FROM ${name} AS t WHERE strpos(t::text, $1) > 0 LIMIT 1`, [text]);
    if (hits.rows.length > 0) found.push(name);
  }
  await db.end();
  return found;
}

/** The columns, in every schema and of whatever type, in which a text stands anywhere. */
export async function columnsWith({ dev }: TestStack, text: string): Promise<readonly string[]> {
  const db = new Postgres({ connectionString: dev.databaseOwnerUrl });
  await db.connect();
  const { rows } = await db.query<{ name: string; column: string }>(
    `SELECT format('%I.%I', c.table_schema, c.table_name) AS name, format('%I', c.column_name) AS column
      FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
      WHERE t.table_type = 'BASE TABLE' AND c.table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2`,
  );
  const found: string[] = [];
  for (const { name, column } of rows) {
    const has = `SELECT 1 FROM ${name} WHERE strpos(${column}::text, $1) > 0 LIMIT 1`;
    if ((await db.query(has, [text])).rows.length > 0) found.push(`${name}.${column}`);
  }
  await db.end();
  return found;
}

/** The workflows in whose history, memo, search attributes or pending work a text stands; and how many were read. */
export async function workflowsWith(
  { dev }: TestStack,
  text: string,
): Promise<{ readonly read: number; readonly found: readonly string[] }> {
  const connection = await Connection.connect({ address: dev.temporalAddress });
  const client = new Client({ connection, namespace: dev.temporalNamespace });
  const found: string[] = [];
  let read = 0;
  for await (const { workflowId, runId } of client.workflow.list()) {
    const handle = client.workflow.getHandle(workflowId, runId);
    const all = [await handle.fetchHistory(), (await handle.describe()).raw];
    if (all.some((one) => wordsOf(one).includes(text))) found.push(workflowId);
    read += 1;
  }
  await connection.close();
  return { read, found };
}

/** The logs in which a text stands. */
export async function logsWith({ home }: TestStack, text: string): Promise<readonly string[]> {
  const folder = join(home, 'logs');
  const found: string[] = [];
  for (const name of await readdir(folder)) {
    if ((await readFile(join(folder, name), 'utf8')).includes(text)) found.push(name);
  }
  return found;
}

/** Every text in a message of Temporal's, those in its payloads too. */
function wordsOf(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, member]) => `${name} ${wordsOf(member)}`)
    .join('\n');
}
