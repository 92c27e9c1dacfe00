import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DomainError } from '../domain/errors';
import { assertObjectKey } from './object-key';
import type { ObjectStore } from './object-store';

/**
 * An object store in a directory. A file appears under its key only when it is whole and on the disk, so that a crash
 * between any two steps leaves at most a temporary file that nothing reads.
 */
export function createFileStore(directory: string): ObjectStore {
  return {
    async put(key, body) {
      const path = pathOf(directory, key);
      if (await exists(path)) return;
      await mkdir(dirname(path), { recursive: true });
      const temporary = `${path}.${randomUUID()}.tmp`;
      try {
        await writeSynced(temporary, body);
        await rename(temporary, path);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
      await syncDirectories(directory, dirname(path));
    },

    async get(key) {
      try {
        return await readFile(pathOf(directory, key));
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') throw error;
        throw new DomainError('not_found', `No object ${key}.`);
      }
    },

    async remove(key) {
      const path = pathOf(directory, key);
      const names = await namesIn(dirname(path));
      const own = names.filter((name) => isOf(basename(path), name));
      for (const name of own) await rm(join(dirname(path), name), { force: true });
      if (own.length > 0) await syncDirectories(dirname(path), dirname(path));
    },
  };
}

/** Whether a file is the object's, or a temporary one of a put of it. */
function isOf(object: string, name: string): boolean {
  return name === object || (name.startsWith(`${object}.`) && name.endsWith('.tmp'));
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

function pathOf(directory: string, key: string): string {
  assertObjectKey(key);
  return join(directory, key);
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function writeSynced(path: string, body: Buffer): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(body);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A name is durable when its directory is, and a directory just made when its parent is. */
async function syncDirectories(root: string, leaf: string): Promise<void> {
  for (let path = leaf; path.length >= root.length; path = dirname(path)) {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (path === dirname(path)) return;
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
