import { readFile } from 'node:fs/promises';
import { parseCatalog } from '../../src/store/catalogs/read-catalog';
import { refuseTakenPort } from './chosen-ports';
import { refuseSilentServers } from './refuse-silent-servers';
import { refuseSecondStack } from './run-record';
import { pathsOf, readSettings } from './settings';

/**
 * Looks at what a start can already be seen to fail at, and starts nothing: wrong variables, a stack that runs on this
 * state, a port that is taken, a catalog that is not valid, a server that nobody can reach. Rejects with an error for people.
 */
export async function preflight(env: Readonly<Record<string, string | undefined>>): Promise<void> {
  const settings = readSettings(env);
  const { home, port, catalog } = settings;
  await refuseSecondStack(pathsOf(home).runFile);
  await refuseTakenPort(port);
  if (catalog !== undefined) await refuseWrongCatalog(catalog);
  await refuseSilentServers(settings);
}

async function refuseWrongCatalog(file: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  try {
    parseCatalog(text);
  } catch (error) {
    throw new Error(`${file} (SCRIP_CATALOG): ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
