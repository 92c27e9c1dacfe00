import { execFile, spawn } from 'node:child_process';
import { access, mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { cacheFolder } from '../../dev/stack/cache-folder';

/** Stripe's own check of requests against its OpenAPI description. */
export interface StripeMock {
  readonly url: string;
  stop(): void;
}

const VERSION = 'v0.203.0';
const INSTALL_MS = 240_000;

/** Starts Stripe's stripe-mock; answers why it cannot be had when neither a binary nor Go is there to make one. */
export async function startStripeMock(): Promise<StripeMock | string> {
  const file = (await findBinary()) ?? (await installBinary());
  if (file === undefined) return `stripe-mock is not on PATH, and go install could not make it`;
  const mock = spawn(file, ['-http-addr', '127.0.0.1:0', '-https-addr', '127.0.0.1:0'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  for await (const line of createInterface({ input: mock.stdout })) {
    const address = /^Listening for HTTP at address: (\S+)$/.exec(line)?.[1];
    if (address !== undefined) return { url: `http://${address}`, stop: () => void mock.kill() };
  }
  return 'stripe-mock ended before it listened';
}

async function findBinary(): Promise<string | undefined> {
  const { PATH = '', GOBIN, GOPATH } = process.env;
  const folders = [
    ...PATH.split(delimiter),
    GOBIN,
    join(GOPATH ?? join(homedir(), 'go'), 'bin'),
    ownFolder(),
  ];
  for (const folder of folders) {
    const file = join(folder ?? '', 'stripe-mock');
    if (folder !== undefined && folder !== '' && (await exists(file))) return file;
  }
  return undefined;
}

async function installBinary(): Promise<string | undefined> {
  const GOBIN = ownFolder();
  try {
    await mkdir(GOBIN, { recursive: true });
    const env = { ...process.env, GOBIN };
    await promisify(execFile)('go', ['install', `github.com/stripe/stripe-mock@${VERSION}`], {
      env,
      timeout: INSTALL_MS,
    });
    return join(GOBIN, 'stripe-mock');
  } catch {
    return undefined;
  }
}

function ownFolder(): string {
  return join(cacheFolder(), `stripe-mock-${VERSION}`);
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
