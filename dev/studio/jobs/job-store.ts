import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JobKind } from '../../../src/jobs/jobs';
import { isClosed, type StudioJob } from './studio-job';

export interface JobStore {
  find(kind: JobKind, id: string): StudioJob | undefined;
  /** A killed process finds it again as it was saved last. */
  save(job: StudioJob): void;
  /** The jobs about which something is left to do, oldest first. */
  listOpen(): readonly StudioJob[];
}

/**
 * Jobs as one file each, open ones apart, so that a start reads no more than what it must go on with. The files are
 * small and written in one go: between a look and the write that depends on it nothing else happens.
 */
export function createJobStore(stateDir: string): JobStore {
  const folders = { open: join(stateDir, 'jobs', 'open'), closed: join(stateDir, 'jobs', 'closed') };
  mkdirSync(folders.open, { recursive: true });
  mkdirSync(folders.closed, { recursive: true });
  const open = new Map(
    readdirSync(folders.open)
      .filter((name) => name.endsWith('.json'))
      .map((name) => [name, readJob(join(folders.open, name))]),
  );

  return {
    find(kind, id) {
      const name = fileName(kind, id);
      const path = join(folders.closed, name);
      return open.get(name) ?? (existsSync(path) ? readJob(path) : undefined);
    },

    save(job) {
      const name = fileName(job.kind, job.id);
      if (isClosed(job)) {
        writeWhole(join(folders.closed, name), job);
        open.delete(name);
        rmSync(join(folders.open, name), { force: true });
        return;
      }
      writeWhole(join(folders.open, name), job);
      open.set(name, job);
    },

    listOpen: () => [...open.values()].sort((x, y) => (x.createdAt < y.createdAt ? -1 : 1)),
  };
}

function fileName(kind: JobKind, id: string): string {
  return `${kind}.${id}.json`;
}

function readJob(path: string): StudioJob {
  return JSON.parse(readFileSync(path, 'utf8')) as StudioJob;
}

function writeWhole(path: string, job: StudioJob): void {
  writeFileSync(`${path}.tmp`, JSON.stringify(job));
  renameSync(`${path}.tmp`, path);
}
