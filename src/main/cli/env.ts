import { dirname } from 'node:path';
import { SHELL_MARK } from '../../platform/shell-exports';
import { parseOptions } from './command';
import { findSurroundings, type Known } from './surroundings';

/**
 * Prints the addresses and keys of the running stack, or of what the environment names, as exports for
 * `eval "$(npx scrip env)"`. When nothing is known it prints nothing there and says so on standard error.
 */
export function runEnv(args: readonly string[]): Promise<number> {
  parseOptions(args, {});
  const known = findSurroundings().known();
  if (known.apiUrl === undefined && known.databaseUrl === undefined && known.temporalAddress === undefined) {
    throw new Error(
      'No stack is running here (start one with npm start and the same SCRIP_HOME), and none of PUBLIC_URL, ' +
        'DATABASE_URL and TEMPORAL_ADDRESS is set.',
    );
  }
  for (const line of exportsOf(known)) console.log(line);
  return Promise.resolve(0);
}

function exportsOf(known: Known): readonly string[] {
  const values: Readonly<Record<string, string | undefined>> = {
    SCRIP_API: known.apiUrl,
    SCRIP_KEY: known.apiKey,
    SCRIP_OPERATOR_KEY: known.operatorKey,
    SCRIP_DATABASE_URL: known.databaseUrl,
    SCRIP_STRIPE_URL: known.stripeUrl,
    SCRIP_STRIPE_KEY: known.stripeSecretKey,
    TEMPORAL_ADDRESS: known.temporalAddress,
    TEMPORAL_NAMESPACE: known.temporalNamespace,
    TEMPORAL_UI_URL: known.temporalUiUrl,
    [SHELL_MARK]: known.temporalAddress,
  };
  const lines = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [`export ${name}=${quoted(value)}`],
  );
  const { temporalBinary: binary } = known;
  return binary === undefined ? lines : [...lines, `export PATH=${quoted(dirname(binary))}:"$PATH"`];
}

/** Quotes any text as one word of a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
