import { parseArgs, type ParseArgsConfig } from 'node:util';

/** The program was called wrongly: it says how to call it and ends with 2. */
export class UsageError extends Error {}

type Options = NonNullable<ParseArgsConfig['options']>;

/** Parses the options of a command that takes nothing else. Throws `UsageError` for what it does not know. */
export function parseOptions<const Known extends Options>(args: readonly string[], options: Known) {
  const { values, positionals } = parse(args, options);
  const [surplus] = positionals;
  if (surplus !== undefined) throw new UsageError(`Nobody asked for ${JSON.stringify(surplus)}.`);
  return values;
}

/** Parses the options of a command that takes exactly one word besides. Throws `UsageError` that names what is missing. */
export function parseArgument<const Known extends Options>(
  args: readonly string[],
  options: Known,
  what: string,
) {
  const { values, positionals } = parse(args, options);
  const [argument, ...others] = positionals;
  if (argument === undefined || others.length > 0) throw new UsageError(`Give exactly one ${what}.`);
  return { argument, values };
}

function parse<const Known extends Options>(args: readonly string[], options: Known) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

type Verb = (args: readonly string[]) => Promise<number>;

/** A command made of verbs: runs the one that the first word names. Throws `UsageError` that lists them. */
export function runVerb(
  command: string,
  verbs: Readonly<Record<string, Verb>>,
  [name, ...args]: readonly string[],
): Promise<number> {
  const verb = name !== undefined && Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (verb === undefined) throw new UsageError(`${command} takes: ${Object.keys(verbs).join(', ')}.`);
  return verb(args);
}
