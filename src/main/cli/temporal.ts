import { prepareNamespace } from '../../platform/temporal';
import { SEARCH_ATTRIBUTES } from '../../workflows/messages';
import { parseOptions, runVerb } from './command';
import { findSurroundings } from './surroundings';

/** What Temporal needs before the first worker. */
export function runTemporal(args: readonly string[]): Promise<number> {
  return runVerb('temporal', { setup }, args);
}

/** Creates the namespace and its search attributes if they are missing. Safe to repeat. */
async function setup(args: readonly string[]): Promise<number> {
  parseOptions(args, {});
  const temporal = findSurroundings().temporal();
  await prepareNamespace(temporal, Object.values(SEARCH_ATTRIBUTES));
  console.log(`The namespace ${temporal.namespace} at ${temporal.address} is ready.`);
  return 0;
}
