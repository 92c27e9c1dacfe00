import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { findPackageRoot } from '../../src/platform/package-root';
import { SECRET, TOKEN } from '../studio/test-studio';
import type { House } from './house';

/** Builds what `npm start` runs; only what changed is made again. */
export async function buildAll(): Promise<void> {
  await promisify(execFile)(process.execPath, [join(findPackageRoot(), 'dev', 'build.mjs')]);
}

/** Starts the worker as a process of its own, as it ships, and returns when it is at work. */
export async function startWorkerProcess(house: House, objectsFolder: string): Promise<ChildProcess> {
  const file = join(findPackageRoot(), 'dist', 'src', 'main', 'worker.js');
  const worker = spawn(process.execPath, [file], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      LOG_LEVEL: 'fatal',
      DATABASE_URL: house.databaseUrl,
      TEMPORAL_ADDRESS: house.address.address,
      TEMPORAL_NAMESPACE: house.address.namespace,
      STRIPE_SECRET_KEY: 'sk_test_nobody',
      STRIPE_API_URL: 'http://127.0.0.1:9',
      STRIPE_WEBHOOK_SECRET: 'whsec_nobody',
      JOB_PROVIDER_URL: house.studio.url,
      JOB_PROVIDER_TOKEN: TOKEN,
      JOBS_WEBHOOK_SECRET: SECRET,
      OBJECT_STORE_URL: `file://${objectsFolder}`,
      URL_SIGNING_SECRET: 'signs links',
      PUBLIC_URL: 'http://127.0.0.1:9',
    },
  });
  for await (const line of createInterface({ input: worker.stdout })) {
    if (line.includes('workerReady')) return worker;
  }
  throw new Error('the worker ended before it was ready');
}

/** Ends a worker and answers with which code. */
export async function stopWorkerProcess(
  worker: ChildProcess,
  signal: NodeJS.Signals,
): Promise<number | null> {
  const ended = once(worker, 'exit') as Promise<[number | null]>;
  worker.kill(signal);
  return (await ended)[0];
}
