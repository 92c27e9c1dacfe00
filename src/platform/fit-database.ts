import type { Knex } from 'knex';
import { DatabaseError } from 'pg';
import { createDatabase } from './database';
import { readDatabaseFacts, type DatabaseFacts } from './database-facts';
import { isMigrated } from './migrations';

/** The oldest Postgres on which the schema works (UNIQUE NULLS NOT DISTINCT). */
const VERSION_MIN = 15;

/** Codes of failures that pass by themselves: the server is full, stopping, starting or out of reach. */
const PASSES = /^(08(?!P01)|53|55P03|57|58)/;

/** A database on which this code cannot work, with what to change. */
export class UnfitDatabase extends Error {}

/**
 * What is wrong with a database that answers, with what to change; nothing when the code can rely on it. Throws what the
 * server says when it cannot be asked.
 */
export async function findFaults(
  db: Knex,
  options: { readonly toMigrate?: boolean } = {},
): Promise<readonly string[]> {
  const facts = await readDatabaseFacts(db);
  const faults = listFaults(facts, options.toMigrate === true);
  if (faults.length > 0 || options.toMigrate === true) return faults;
  return (await isMigrated(db)) ? [] : ['The schema is older than this build: run scrip migrate.'];
}

/**
 * Called before anything starts. Throws `UnfitDatabase` when the database cannot serve this code as it is, also when it
 * refuses the login. One that does not answer now may come: that is what `/readyz` is for.
 */
export async function refuseUnfitDatabase(
  db: Knex,
  options: { readonly toMigrate?: boolean } = {},
): Promise<void> {
  const faults = await findFaults(db, options).catch((error: unknown) => {
    if (!(error instanceof DatabaseError) || PASSES.test(error.code ?? '')) return [];
    return [explainRefusal(error)];
  });
  if (faults.length > 0) {
    throw new UnfitDatabase(`Scrip cannot work on this database.\n${faults.map((f) => `  ${f}`).join('\n')}`);
  }
}

/** As `refuseUnfitDatabase`, on connections of its own, which it closes. */
export async function refuseUnfitDatabaseAt(
  url: string,
  options: { readonly toMigrate?: boolean } = {},
): Promise<void> {
  const db = createDatabase(url, { applicationName: 'scrip-start', connectionsMax: 2, quiet: true });
  await refuseUnfitDatabase(db, options).finally(() => db.destroy());
}

/** Judges what is known of a database. The schema itself is not looked at when it is still to be made. */
export function listFaults(facts: DatabaseFacts, toMigrate = false): readonly string[] {
  const [first = [], second = []] = facts.sessions.map((looks) => looks.map(({ pid }) => pid));
  const isPooled = new Set(first).size > 1 || new Set(second).size > 1 || first[0] === second[0];
  const strange = [...new Set(facts.sessions.flat().flatMap((look) => look.strange))];
  const faults: readonly (readonly [boolean, string])[] = [
    [
      facts.version < VERSION_MIN * 10_000,
      `It is Postgres ${String(Math.floor(facts.version / 10_000))}; at least ${String(VERSION_MIN)} is needed.`,
    ],
    [facts.isStandby, 'It is a standby, which is read-only: name the primary in the URL.'],
    [
      facts.encoding !== 'UTF8',
      `Its encoding is ${facts.encoding}: create the database with ENCODING 'UTF8'.`,
    ],
    [
      facts.replicationRole !== 'origin',
      'Triggers are switched off for this role: RESET session_replication_role for the role and the database.',
    ],
    [
      isPooled,
      'A pooler in front of it pools by transaction or statement: set it to pool by session (PgBouncer: pool_mode = session), ' +
        'or name Postgres itself in the URL.',
    ],
    [
      !isPooled && strange.length > 0,
      `These settings do not keep the values that are set: ${strange.join(', ')}. A proxy in between must not change them.`,
    ],
    [
      !toMigrate && facts.mayUseSchema === null,
      'It has no schema of Scrip: run scrip migrate, or name the right database in the URL.',
    ],
    [
      !toMigrate && facts.mayUseSchema === false,
      'This role may not use the schema: log in as scrip_app, or as a member of it that inherits its rights.',
    ],
  ];
  return faults.filter(([is]) => is).map(([, words]) => words);
}

function explainRefusal({ message, code }: DatabaseError): string {
  const todo =
    code === '08P01'
      ? 'A pooler refuses parameters of the URL: remove `options` and the like from DATABASE_URL.'
      : 'Check the user, the password and the database in the URL, and what the server allows this user.';
  return `It answers: ${message}. ${todo}`;
}
