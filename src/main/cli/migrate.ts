import { migrate } from '../../platform/migrate';
import { parseOptions } from './command';
import { findSurroundings } from './surroundings';

/** Brings the database up to date. Safe to repeat and to run in several places at once. */
export async function runMigrate(args: readonly string[]): Promise<number> {
  parseOptions(args, {});
  const surroundings = findSurroundings();
  const applied = await migrate(surroundings.databaseOwnerUrl(), surroundings.databaseUrl());
  for (const name of applied) console.log(`applied ${name}`);
  if (applied.length === 0) console.log('The database is up to date.');
  return 0;
}
