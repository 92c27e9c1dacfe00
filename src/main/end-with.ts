import { ConfigError } from '../platform/config';

/** Ends a program that could not go on: with a sentence when the environment is to blame, with the stack trace of a bug. */
export function endWith(error: unknown): void {
  process.stderr.write(`${textOf(error)}\n`);
  process.exitCode = 1;
}

function textOf(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
