import { existsSync } from 'node:fs';
import { chown, readFile, stat } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import type { Launch } from './launch';

const CAPABILITIES = { dac_override: 1n << 1n, dac_read_search: 1n << 2n } as const;
type Capability = keyof typeof CAPABILITIES;

interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Who a server runs as that refuses to be root. */
export interface Unprivileged {
  wrap(launch: Launch): Launch;
}

/**
 * Postgres refuses to run as root. An ordinary user simply runs it. For root the folder is given to another account
 * (its present owner, `nobody`, the first that works) and the server runs as that one. When the account may not pass
 * through the folders above (a home of mode 0700), the server keeps the one capability that lets it; where that is
 * impossible, this throws an error that says what to do. Linux's `setpriv` also ends the server with its parent.
 */
export async function createUnprivileged(folder: string, binaries: readonly string[]): Promise<Unprivileged> {
  const setpriv = findOnPath('setpriv');
  if (process.getuid?.() !== 0) {
    return { wrap: (launch) => (setpriv === undefined ? launch : through(setpriv, [], launch)) };
  }
  const account = await giveAway(folder);
  const closed = await findClosedFolder([folder, ...binaries]);
  if (setpriv === undefined) {
    if (closed !== undefined) throw new Error(explain(closed, 'the program setpriv (util-linux) is missing'));
    return { wrap: (launch) => ({ ...launch, ...account }) };
  }
  const capability = closed === undefined ? undefined : await findTraversalCapability();
  if (closed !== undefined && capability === undefined) {
    throw new Error(
      explain(closed, 'this root lacks the capabilities CAP_DAC_READ_SEARCH and CAP_DAC_OVERRIDE'),
    );
  }
  const identity = ['--reuid', String(account.uid), '--regid', String(account.gid), '--clear-groups'];
  const keep =
    capability === undefined ? [] : ['--inh-caps', `+${capability}`, '--ambient-caps', `+${capability}`];
  return { wrap: (launch) => through(setpriv, [...identity, ...keep], launch) };
}

/** Whether the folders above Postgres's must let another account pass: for a root without the means to get it through. */
export async function mustStayPassable(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false;
  return findOnPath('setpriv') === undefined || (await findTraversalCapability()) === undefined;
}

/** SIGINT is Postgres's fast shutdown: it ends cleanly when the stack is gone. */
function through(setpriv: string, options: readonly string[], launch: Launch): Launch {
  return {
    ...launch,
    file: setpriv,
    args: ['--pdeathsig', 'INT', ...options, '--', launch.file, ...launch.args],
  };
}

async function giveAway(folder: string): Promise<Account> {
  const owner = await stat(folder);
  if (owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  for (const account of await listAccounts()) {
    // In a container with few mapped ids the kernel refuses some of them.
    const given = await chown(folder, account.uid, account.gid).then(
      () => true,
      () => false,
    );
    if (given) return account;
  }
  throw new Error(
    'Postgres refuses to run as root and no other account was found. Start the stack as an ordinary user.',
  );
}

async function listAccounts(): Promise<readonly Account[]> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const accounts = lines
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid, gid }) => Number.isInteger(uid) && Number.isInteger(gid) && uid > 0);
  const rank = ({ name }: { name: string }) => (name === 'nobody' ? 0 : name === 'postgres' ? 1 : 2);
  return accounts.sort((a, b) => rank(a) - rank(b));
}

/** The first folder on the way to one of the paths that others may not enter. */
async function findClosedFolder(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    for (let folder = dirname(path); ; folder = dirname(folder)) {
      const { mode } = await stat(folder);
      if ((mode & 0o001) === 0) return folder;
      if (folder === dirname(folder)) break;
    }
  }
  return undefined;
}

/** Reading through folders suffices; a container's root often has only the larger one. */
async function findTraversalCapability(): Promise<Capability | undefined> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const permitted = BigInt(`0x${/^CapPrm:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  const bounding = BigInt(`0x${/^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  const names = ['dac_read_search', 'dac_override'] as const;
  return names.find((name) => (permitted & bounding & CAPABILITIES[name]) !== 0n);
}

/** The first file of this name in the folders of PATH. */
export function findOnPath(
  program: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

function explain(folder: string, why: string): string {
  return (
    `Postgres refuses to run as root, and another account cannot enter ${folder}: ${why}. ` +
    'Start the stack as an ordinary user, or set SCRIP_HOME to a folder that everybody may enter.'
  );
}
