import { spawn } from 'node:child_process';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { findPackageRoot } from '../../src/platform/package-root';
import { endingWithParent } from './end-with-parent';
import { ended } from './launch';
import type { Say, TemporalBinary } from './temporal-cli';

const SITE = 'https://temporal.download/cli/default';
/** A network that cannot reach Temporal's site often answers nothing at all; a person waits no longer than this. */
const REACH_TIMEOUT_MS = 3_000;
const DOWNLOAD_TIMEOUT_MS = 300_000;

/** Downloads by starting the SDK's test environment once, in a process that can be ended when the network hangs. */
const SCRIPT = `
  require('@temporalio/testing').TestWorkflowEnvironment
    .createLocal({ server: { executable: { type: 'cached-download', downloadDir: process.argv[1] } } })
    .then((environment) => environment.teardown())
    .catch((error) => { console.error(error.message); process.exit(1); });
`;

/**
 * The official CLI in the version that the SDK names, from Temporal's own site by the SDK's own code (which writes to a
 * temporary name and renames). Throws when the site cannot be reached.
 */
export async function fromSdkDownload(cache: string, say: Say): Promise<TemporalBinary> {
  const folder = join(cache, 'temporal-sdk');
  const source = `the Temporal SDK's download in ${folder}`;
  const known = await findDownloaded(folder);
  if (known !== undefined) return { file: known, source };
  await reach();
  await mkdir(folder, { recursive: true });
  say("Downloading the Temporal server from Temporal's own site (once, about 45 MB)");
  await download(folder, say);
  const file = await findDownloaded(folder);
  if (file === undefined) throw new Error('the download left no program');
  return { file, source };
}

async function findDownloaded(folder: string): Promise<string | undefined> {
  const names = await readdir(folder).catch(() => []);
  const name = names.find((file) => file.startsWith('temporal') && !file.endsWith('.downloading'));
  return name === undefined ? undefined : join(folder, name);
}

async function reach(): Promise<void> {
  try {
    await fetch(SITE, { method: 'HEAD', signal: AbortSignal.timeout(REACH_TIMEOUT_MS) });
  } catch {
    throw new Error(`${new URL(SITE).host} cannot be reached`);
  }
}

async function download(folder: string, say: Say): Promise<void> {
  const { file, args } = endingWithParent({ file: process.execPath, args: ['-e', SCRIPT, folder] }, 'TERM');
  const child = spawn(file, args, {
    cwd: findPackageRoot(),
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: DOWNLOAD_TIMEOUT_MS,
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  const progress = setInterval(() => void report(folder, say), 2_000);
  const { code } = await ended(child);
  clearInterval(progress);
  if (code !== 0) throw new Error(complaint.trim().split('\n')[0] ?? 'the download failed');
}

async function report(folder: string, say: Say): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const partial = names.find((name) => name.endsWith('.downloading'));
  if (partial === undefined) return;
  const { size } = await stat(join(folder, partial)).catch(() => ({ size: 0 }));
  say(`  ${String(Math.round(size / 1_000_000))} MB`);
}
