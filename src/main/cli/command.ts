import { parseArgs, type ParseArgsConfig } from 'node:util';

/** Wrong usage: the program prints its usage and exits with 2. */
export class UsageError extends Error {}

type Options = NonNullable<ParseArgsConfig['options']>;

/** Parses the options of a command without arguments. Throws `UsageError` for anything unknown. */
export function parseOptions<const Known extends Options>(args: readonly string[], options: Known) {
  const { values, positionals } = parse(args, options);
  const [surplus] = positionals;
  if (surplus !== undefined) throw new UsageError(`Unexpected argument ${JSON.stringify(surplus)}.`);
  return values;
}

/** Parses the options of a command with exactly one argument. Throws a `UsageError` that names what is missing. */
export function parseArgument<const Known extends Options>(
  args: readonly string[],
  options: Known,
  what: string,
) {
  const { values, positionals } = parse(args, options);
  const [argument, ...others] = positionals;
  if (argument === undefined || others.length > 0) throw new UsageError(`Exactly one ${what} is required.`);
  return { argument, values };
}

function parse<const Known extends Options>(args: readonly string[], options: Known) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // Node goes on about arguments that begin with a dash; no command takes one.
    throw new UsageError(message.replace(/ To specify a positional argument starting with .*$/s, ''));
  }
}

type Verb = (args: readonly string[]) => Promise<number>;

/** A command with subcommands: runs the one that the first argument names, else throws a `UsageError` that lists them. */
export function runVerb(
  command: string,
  verbs: Readonly<Record<string, Verb>>,
  [name, ...args]: readonly string[],
): Promise<number> {
  const verb = name !== undefined && Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (verb !== undefined) return verb(args);
  const known = `Subcommands of ${command}: ${Object.keys(verbs).join(', ')}.`;
  throw new UsageError(name === undefined ? known : `Unknown subcommand ${JSON.stringify(name)}. ${known}`);
}
