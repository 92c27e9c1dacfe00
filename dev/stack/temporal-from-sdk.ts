import { spawn } from 'node:child_process';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findPackageRoot } from '../../src/platform/package-root';
import { endingWithParent } from './end-with-parent';
import { ended } from './launch';
import { isAsDownloaded, recordSum, REFUSED_SUFFIX, SUM_SUFFIX } from './program-sum';
import type { Say, TemporalBinary } from './temporal-cli';

/** A network that cannot reach Temporal's site often answers nothing at all; a person waits no longer than this. */
const BEGIN_TIMEOUT_MS = 8_000;
const DOWNLOAD_TIMEOUT_MS = 300_000;
const LOOK_MS = 250;
const REPORT_BYTES = 10_000_000;

/** Downloads by starting the SDK's test environment once, in a process that can be ended when the network hangs. */
const SCRIPT = `
  require('@temporalio/testing').TestWorkflowEnvironment
    .createLocal({ server: { executable: { type: 'cached-download', downloadDir: process.argv[1] } } })
    .then((environment) => environment.teardown())
    .catch((error) => { console.error(error.message); process.exit(1); });
`;

/** What the SDK downloaded earlier and is unchanged; undefined when there is nothing. */
export async function findSdkDownload(cache: string, say: Say): Promise<TemporalBinary | undefined> {
  const binary = await findDownloaded(cache);
  return binary !== undefined && (await isAsDownloaded(binary.file, say)) ? binary : undefined;
}

async function findDownloaded(cache: string): Promise<TemporalBinary | undefined> {
  const folder = folderIn(cache);
  const names = await readdir(folder).catch(() => []);
  const name = names.find(
    (file) => file.startsWith('temporal') && NOT_PROGRAMS.every((end) => !file.endsWith(end)),
  );
  return name === undefined
    ? undefined
    : { file: join(folder, name), source: `the Temporal SDK's download in ${folder}` };
}

/**
 * The official CLI in the version that the SDK names, from Temporal's own site by the SDK's own code (which writes to a
 * temporary name and renames, and goes through HTTPS_PROXY). Throws when the site cannot be reached.
 */
export async function downloadBySdk(
  cache: string,
  env: Readonly<Record<string, string | undefined>>,
  say: Say,
): Promise<TemporalBinary> {
  const folder = folderIn(cache);
  await mkdir(folder, { recursive: true });
  const { file, args } = endingWithParent({ file: process.execPath, args: ['-e', SCRIPT, folder] }, 'TERM');
  const child = spawn(file, args, {
    cwd: findPackageRoot(),
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: DOWNLOAD_TIMEOUT_MS,
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  const done = new AbortController();
  const watched = watchDownload(cache, say, done.signal).catch((error: unknown) => {
    child.kill();
    return error;
  });
  const { code } = await ended(child);
  done.abort();
  const tooLate = await watched;
  if (tooLate instanceof Error) throw tooLate;
  const binary = await findDownloaded(cache);
  if (code === 0 && binary !== undefined) {
    await recordSum(binary.file);
    return binary;
  }
  throw new Error(complaint.trim().split('\n')[0] ?? 'the download failed');
}

const PARTIAL = '.downloading';
const NOT_PROGRAMS = [PARTIAL, SUM_SUFFIX, REFUSED_SUFFIX];

function folderIn(cache: string): string {
  return join(cache, 'temporal-sdk');
}

/** Tells how it goes until it is over. Throws when nothing has come in time. */
async function watchDownload(cache: string, say: Say, over: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  let reported: number | undefined;
  while (!over.aborted && (await findDownloaded(cache)) === undefined) {
    const bytes = await partialBytes(folderIn(cache));
    if (bytes !== undefined && reported === undefined) {
      say("Downloading the Temporal server from Temporal's own site (once)");
      reported = 0;
    }
    if (bytes !== undefined && reported !== undefined && bytes - reported >= REPORT_BYTES) {
      say(`  ${String(Math.floor(bytes / 1_000_000))} MB`);
      reported = bytes;
    }
    if (bytes === undefined && reported === undefined && performance.now() - startedAt > BEGIN_TIMEOUT_MS) {
      throw new Error(`temporal.download did not answer within ${String(BEGIN_TIMEOUT_MS / 1000)} s`);
    }
    await delay(LOOK_MS, undefined, { signal: over }).catch(() => undefined);
  }
}

async function partialBytes(folder: string): Promise<number | undefined> {
  const names = await readdir(folder).catch(() => []);
  const partial = names.find((name) => name.endsWith(PARTIAL));
  if (partial === undefined) return undefined;
  return stat(join(folder, partial)).then(
    ({ size }) => size,
    () => undefined,
  );
}
