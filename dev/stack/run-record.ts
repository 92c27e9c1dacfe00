import { randomUUID } from 'node:crypto';
import { link, mkdir, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { PART_NAMES, type PartName } from './part';
import { endProcess, identityOf, isRunning, type ProcessIdentity } from './process-identity';
import { readJsonFile, writeJsonFile } from './state-file';
import { hasCode } from './system-error';

const ORPHAN_GRACE_MS = 5_000;
/** Much longer than reading and removing one small file takes. */
const LOCK_MS_MAX = 10_000;
const LOCK_PAUSE_MS = 10;

const identitySchema = z.object({ pid: z.int().positive(), started: z.string() });
const recordSchema = z.object({
  stack: identitySchema,
  parts: z.partialRecord(z.enum(PART_NAMES), identitySchema),
});

/** Who runs on this state: it keeps a second stack away and tells the next start what a killed one left behind. */
export interface RunRecord {
  note(name: PartName, pid: number): Promise<void>;
  /** Gives the state free. */
  release(): Promise<void>;
}

/**
 * Takes the state for this process. Throws when another stack runs on it. Processes that a killed stack left behind are
 * ended first: exactly those that are recorded and are still the same processes.
 */
export async function takeState(file: string, say: (line: string) => void): Promise<RunRecord> {
  const stack = await identityOf(process.pid);
  if (stack === undefined) throw new Error('This process cannot find itself');
  const parts: Partial<Record<PartName, ProcessIdentity>> = {};
  while (!(await createOnce(file, { stack, parts }))) await removeStale(file, say);
  // One write after the other, whatever the order in which parts are started again.
  let written = Promise.resolve();
  return {
    async note(name, pid) {
      const identity = await identityOf(pid);
      if (identity !== undefined) parts[name] = identity;
      written = written.then(() => writeJsonFile(file, { stack, parts }));
      await written;
    },
    async release() {
      await written;
      await rm(file, { force: true });
    },
  };
}

/** Throws when another stack runs on the state, and changes nothing. */
export async function refuseSecondStack(file: string): Promise<void> {
  const record = recordSchema.safeParse(await readJsonFile(file)).data;
  if (record !== undefined) await refuseWhileRunning(record.stack);
}

/** Whole from the first moment on: another start would take half a record for what a killed stack left behind. */
async function createOnce(file: string, record: unknown): Promise<boolean> {
  const draft = `${file}.${randomUUID()}`;
  try {
    await writeFile(draft, JSON.stringify(record), { mode: 0o600 });
    await link(draft, file);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function removeStale(file: string, say: (line: string) => void): Promise<void> {
  const stale = await readJsonFile(file);
  const record = recordSchema.safeParse(stale).data;
  if (record !== undefined) {
    await refuseWhileRunning(record.stack);
    await endOrphans(record.parts, say);
  }
  await removeUnchanged(file, stale);
}

async function refuseWhileRunning(stack: ProcessIdentity): Promise<void> {
  if (!(await isRunning(stack))) return;
  throw new Error(
    `Another stack (process ${String(stack.pid)}) runs on this state. ` +
      'Stop it first, or set SCRIP_HOME to another folder.',
  );
}

/**
 * Another start may have come first and put its own record there meanwhile, which then stays. One removes at a time: a record
 * that nobody else can remove and that has not changed is still the stale one in the moment in which it goes.
 */
async function removeUnchanged(file: string, stale: unknown): Promise<void> {
  const lock = `${file}.lock`;
  await takeLock(lock);
  try {
    if (isDeepStrictEqual(await readJsonFile(file), stale)) await rm(file, { force: true });
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

/** Makes the folder, or waits for whoever has. One that is there for long was left by a process that was killed meanwhile. */
async function takeLock(lock: string): Promise<void> {
  for (let waitedMs = 0; waitedMs < LOCK_MS_MAX; waitedMs += LOCK_PAUSE_MS) {
    try {
      await mkdir(lock);
      return;
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
    await delay(LOCK_PAUSE_MS);
  }
}

async function endOrphans(
  parts: Readonly<Partial<Record<PartName, ProcessIdentity>>>,
  say: (line: string) => void,
): Promise<void> {
  const running = await Promise.all(
    Object.values(parts).map(async (identity) => ((await isRunning(identity)) ? identity : undefined)),
  );
  const orphans = running.filter((identity) => identity !== undefined);
  if (orphans.length === 0) return;
  say(`Ending ${String(orphans.length)} processes that the last stack left behind`);
  // All parts take SIGINT as the wish to stop; for Postgres it is the fast shutdown.
  await Promise.all(orphans.map((identity) => endProcess(identity, 'SIGINT', ORPHAN_GRACE_MS)));
}
