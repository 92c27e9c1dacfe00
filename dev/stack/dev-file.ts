import { rm } from 'node:fs/promises';
import type { DevJson } from './dev-json';
import { writeJsonFile } from './state-file';

/** `dev.json`, there only while it is true. */
export interface DevFile {
  /** Writes it for the first time. */
  announce(dev: DevJson): Promise<void>;
  /** Writes it again with the processes of now; nothing before it was announced, or after it was taken away. */
  refresh(): Promise<void>;
  remove(): Promise<void>;
}

/** The file of a stack; `pidsOf` answers its processes of now. */
export function createDevFile(file: string, pidsOf: () => DevJson['pids']): DevFile {
  let announced: DevJson | undefined;
  const refresh = async () => {
    if (announced !== undefined) await writeJsonFile(file, { ...announced, pids: pidsOf() });
  };
  return {
    refresh,
    async announce(dev) {
      announced = dev;
      await refresh();
    },
    async remove() {
      announced = undefined;
      await rm(file, { force: true });
    },
  };
}
