import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** As with other providers: whoever wants to keep an output copies it soon. */
const LIFETIME_MS = 24 * 3_600_000;

/** Removes the outputs of jobs whose last one is more than a day old; by the file system's clock, whatever the studio's. */
export async function sweepOutputs(outputsDir: string): Promise<void> {
  const now = performance.timeOrigin + performance.now();
  for (const name of await readdir(outputsDir)) {
    const folder = join(outputsDir, name);
    const { mtimeMs } = await stat(folder);
    if (now - mtimeMs > LIFETIME_MS) await rm(folder, { recursive: true, force: true });
  }
}
