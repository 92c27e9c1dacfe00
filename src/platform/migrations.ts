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

/**
 * Digests of migrations as they were before they lost something that a later one takes away: a database that has applied the former
 * words ends as one that has applied the present ones.
 */
const FORMER_DIGESTS: Readonly<Record<string, readonly string[]>> = {
  // With lists of the plans and actions that there were, which are dropped since.
  '0003_app.sql': ['c6e447667595e3fed768eaa2e20e16f619683aaad374779bbce14ff5b5ed1340'],
};

/** Whether a migration that was applied with a digest is the one of this build. */
export async function isOurMigration(name: string, digest: string | null): Promise<boolean> {
  if (digest === null) return false;
  const ours = await readMigration(name).then(digestOf, () => undefined);
  return digest === ours || (FORMER_DIGESTS[name] ?? []).includes(digest);
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
