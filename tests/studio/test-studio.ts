import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startStudio, type StudioOptions } from '../../dev/studio/start-studio';

export const TOKEN = 'studio-token';
export const SECRET = `whsec_${Buffer.from('a secret of the tests').toString('base64')}`;

export interface JobObject {
  readonly id: string;
  readonly status: string;
  readonly output: (string | null)[] | { version: string } | null;
  readonly error: string | null;
  readonly x_engine?: { readonly error_code: string };
}

export interface TestStudio {
  readonly url: string;
  readonly stateDir: string;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Waits until the job has come to what is asked for. */
  until(path: string, isThere: (job: JobObject) => boolean): Promise<JobObject>;
  finished(path: string): Promise<JobObject>;
  stop(): Promise<void>;
}

/** A studio on a free port with a folder of its own. */
export async function startTestStudio(options: Partial<StudioOptions> = {}): Promise<TestStudio> {
  const stateDir = await mkdtemp(join(tmpdir(), 'scrip-studio-'));
  const studio = await startStudio({ port: 0, stateDir, token: TOKEN, webhookSecret: SECRET, ...options });
  return {
    ...callStudio(studio.url),
    stateDir,
    async stop() {
      await studio.stop();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}

/** Speaks to the studio at a URL. */
export function callStudio(url: string): Pick<TestStudio, 'url' | 'call' | 'until' | 'finished'> {
  const call: TestStudio['call'] = (method, path, body, headers = {}) =>
    fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const until: TestStudio['until'] = async (path, isThere) => {
    for (;;) {
      const job = (await (await call('GET', path)).json()) as JobObject;
      if (isThere(job)) return job;
      await delay(20);
    }
  };
  return {
    url,
    call,
    until,
    finished: (path) => until(path, (job) => !['starting', 'processing'].includes(job.status)),
  };
}

/** A create's body for pictures by a house model. */
export function prediction(prompt: string, input: object = {}, rest: object = {}) {
  return { version: 'house-paper-garden-1', input: { prompt, seed: 7, ...input }, ...rest };
}
