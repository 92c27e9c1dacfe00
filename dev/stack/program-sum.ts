import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Say } from './temporal-cli';

/** Beside each program that was downloaded: the SHA-256 that it had when it came from a checked source. */
export const SUM_SUFFIX = '.sha256';
/** What a program that is not run any more is called. */
export const REFUSED_SUFFIX = '.refused';

/** Writes down what a program is, right after it was downloaded. */
export async function recordSum(file: string): Promise<void> {
  await writeFile(`${file}${SUM_SUFFIX}`, `${await sumOf(file)}\n`, { mode: 0o600 });
}

/**
 * Whether a downloaded program is there and is still the one that was downloaded. One that is not is never run: it is said
 * so, and it is put aside, so that it is fetched again.
 */
export async function isAsDownloaded(file: string, say: Say): Promise<boolean> {
  if (!existsSync(file)) return false;
  const recorded = (await readFile(`${file}${SUM_SUFFIX}`, 'utf8').catch(() => '')).trim();
  const actual = await sumOf(file);
  if (recorded === actual) return true;
  const why =
    recorded === ''
      ? 'nothing says what was downloaded'
      : `its SHA-256 is ${actual}, and what was downloaded had ${recorded}`;
  say(`WARNING: ${file} is not run: ${why}. It is now ${file}${REFUSED_SUFFIX}, and is fetched again.`);
  await rename(file, `${file}${REFUSED_SUFFIX}`);
  return false;
}

async function sumOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
