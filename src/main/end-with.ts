import { ConfigError } from '../platform/config';

/** Ends a program that cannot continue: with a sentence when the environment is wrong, with a stack trace for a bug. */
export function endWith(error: unknown): void {
  process.stderr.write(`${textOf(error)}\n`);
  process.exitCode = 1;
}

function textOf(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
