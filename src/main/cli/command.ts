import { parseArgs, type ParseArgsConfig } from 'node:util';

/** The program was called wrongly: it says how to call it and ends with 2. */
export class UsageError extends Error {}

/** Parses a command's options. Throws `UsageError` for what it does not know. */
export function parseOptions<const Options extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Exactly one word. Throws `UsageError` that names what is missing. */
export function onlyArgument(positionals: readonly string[], what: string): string {
  const [value, ...others] = positionals;
  if (value === undefined || others.length > 0) throw new UsageError(`Give exactly one ${what}.`);
  return value;
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
