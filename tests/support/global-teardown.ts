import { rm } from 'node:fs/promises';
import { stopProcess } from '../../dev/stack/launch';
import { parts } from './parts';

export default async function globalTeardown(): Promise<void> {
  await Promise.all(parts.processes.map((process) => stopProcess(process, 'SIGINT', 10_000)));
  if (parts.folder !== undefined)
    await rm(parts.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}
