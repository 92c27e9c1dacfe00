import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { findPackageRoot } from './package-root';

/** The table of the migrations that were applied. */
export const MIGRATIONS_TABLE = 'scrip_migrations';

/** Whether every migration of this build has been applied: what `/readyz` and a starting process ask. */
export async function isMigrated(db: Knex): Promise<boolean> {
  const known = await readMigrations();
  const applied = await db.withSchema('public').from<{ name: string }>(MIGRATIONS_TABLE).pluck('name');
  return known.every((name) => applied.includes(name));
}

/** The names of this build's migrations, in their order. */
export async function readMigrations(): Promise<string[]> {
  const files = await readdir(migrationsFolder());
  return files.filter((file) => /^\d{4}_\w+\.sql$/.test(file)).sort();
}

/** The SQL of a migration. */
export function readMigration(name: string): Promise<string> {
  return readFile(join(migrationsFolder(), name), 'utf8');
}

/** Identifies the content of a migration. */
export function digestOf(sql: string): string {
  return createHash('sha256').update(sql).digest('hex');
}

function migrationsFolder(): string {
  return join(findPackageRoot(), 'migrations');
}
