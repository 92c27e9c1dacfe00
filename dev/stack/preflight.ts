import { refuseTakenPort } from './chosen-ports';
import { refuseSecondStack } from './run-record';
import { pathsOf, readSettings } from './settings';

/**
 * Looks at what a start can already be seen to fail at, and starts nothing: wrong variables, a stack that runs on this
 * state, a port that is taken. Rejects with an error for people.
 */
export async function preflight(env: Readonly<Record<string, string | undefined>>): Promise<void> {
  const { home, port } = readSettings(env);
  await refuseSecondStack(pathsOf(home).runFile);
  await refuseTakenPort(port);
}
