import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DevJson } from '../../dev/stack/dev-json';
import { endingWithParent } from '../../dev/stack/end-with-parent';
import { ended } from '../../dev/stack/launch';
import { isRunning, identityOf, type ProcessIdentity } from '../../dev/stack/process-identity';
import { findPackageRoot } from '../../src/platform/package-root';

/** Longer than any start: the first one may have to download the Temporal server. */
const START_TIMEOUT_MS = 180_000;

/** What would replace a part or change a port; a test says so itself when it wants that. */
const FOREIGN_SETTINGS = [
  'DATABASE_URL',
  'DATABASE_OWNER_URL',
  'TEMPORAL_ADDRESS',
  'TEMPORAL_NAMESPACE',
  'TEMPORAL_UI_URL',
  'PUBLIC_URL',
  'STRIPE_SECRET_KEY',
  'STRIPE_WEBHOOK_SECRET',
  'STRIPE_API_URL',
  'OBJECT_STORE_URL',
  'JOB_PROVIDER_URL',
  'JOB_PROVIDER_TOKEN',
  'JOBS_WEBHOOK_SECRET',
  'SCRIP_CATALOG',
];

export interface TestStack {
  /** SCRIP_HOME. */
  readonly home: string;
  readonly url: string;
  /** As it was when the stack had started; `readDev` has the process ids of now. */
  readonly dev: DevJson;
  readonly process: ChildProcess;
  /** All that it has said so far. */
  output(): string;
  readDev(): Promise<DevJson>;
  /** As Ctrl-C does; answers the exit code. A temporary home is removed. */
  stop(): Promise<number | null>;
  /** SIGKILL to every process of the stack, itself first; the home stays. */
  kill(): Promise<void>;
}

export interface StackOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** The state of an earlier stack; undefined: a new one, in a temporary folder. */
  readonly home?: string;
  /** Undefined: `npm start`; else `npm run sandbox`. */
  readonly program?: 'dev/sandbox.mjs';
}

/** The real stack, as `npm start` runs it, on free ports. Rejects with all it said when it does not get ready. */
export async function startStack({ env = {}, home, program }: StackOptions = {}): Promise<TestStack> {
  const folder = home ?? (await mkdtemp(join(tmpdir(), 'scrip-stack-')));
  const { child, output } = launchStack(folder, env, program);
  const dev = await waitForDevFile(folder, child, output);
  return {
    home: folder,
    url: dev.apiUrl,
    dev,
    process: child,
    output,
    readDev: async () => JSON.parse(await readFile(join(folder, 'dev.json'), 'utf8')) as DevJson,
    async stop() {
      child.kill('SIGINT');
      const { code } = await ended(child);
      if (home === undefined)
        await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
      return code;
    },
    async kill() {
      const { pids } = JSON.parse(await readFile(join(folder, 'dev.json'), 'utf8')) as DevJson;
      const numbers = [pids.stack, ...Object.values(pids)].filter((pid) => pid !== undefined);
      const identities = await Promise.all(numbers.map((pid) => identityOf(pid)));
      for (const pid of numbers) killIfThere(pid);
      await Promise.all(identities.filter((identity) => identity !== undefined).map(waitForEnd));
    },
  };
}

/** Only starts it, for tests of a start that fails. */
export function launchStack(
  home: string,
  env: Readonly<Record<string, string>> = {},
  program: StackOptions['program'] | 'dev/start.mjs' | 'npm start' = 'dev/start.mjs',
): { child: ChildProcess; output: () => string } {
  const own = Object.fromEntries(FOREIGN_SETTINGS.map((name) => [name, '']));
  const command =
    program === 'npm start' ? { file: 'npm', args: ['start'] } : { file: process.execPath, args: [program] };
  const start = endingWithParent(command, 'INT');
  const child = spawn(start.file, start.args, {
    cwd: findPackageRoot(),
    env: { ...process.env, NODE_ENV: 'development', ...own, PORT: '0', SCRIP_HOME: home, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
  }
  return { child, output: () => said };
}

/** A file that an earlier stack left behind is not an answer: the new one has the new process in it. */
async function waitForDevFile(home: string, child: ChildProcess, output: () => string): Promise<DevJson> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline && child.exitCode === null && child.signalCode === null) {
    const text = await readFile(join(home, 'dev.json'), 'utf8').catch(() => '{}');
    const dev = JSON.parse(text) as Partial<DevJson>;
    if (dev.pids?.stack === child.pid) return dev as DevJson;
    await delay(50);
  }
  child.kill('SIGINT');
  throw new Error(`The stack did not start:\n${output()}`);
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It went down with another one.
  }
}

async function waitForEnd(identity: ProcessIdentity): Promise<void> {
  while (await isRunning(identity)) await delay(20);
}
