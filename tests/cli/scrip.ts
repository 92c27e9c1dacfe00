import { spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPackageRoot } from '../../src/platform/package-root';

export interface Ended {
  /** Null: killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `npx scrip` on the running stack of a home, with nothing else in its environment. */
export function startScrip(home: string, ...args: readonly string[]) {
  const root = findPackageRoot();
  const child = spawn(process.execPath, [join(root, 'dist/src/main/cli.js'), ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'], SCRIP_HOME: home },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, stdout, stderr });
    });
  });
  return { child, ended };
}

export function scrip(home: string, ...args: readonly string[]): Promise<Ended> {
  return startScrip(home, ...args).ended;
}

/** A file for the program to read. */
export async function fileOf(name: string, content: string): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'scrip-cli-')), name);
  await writeFile(file, content);
  return file;
}
