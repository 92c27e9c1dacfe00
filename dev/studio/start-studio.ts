import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock, type Clock } from '../../src/platform/clock';
import { startLoopbackServer } from '../stack/loopback-server';
import { createDesk } from './desk';
import { createApp } from './http/app';
import { createJobStore } from './jobs/job-store';
import { isTerminal } from './jobs/studio-job';
import { createWebhooks } from './jobs/webhooks';
import { createWorkshop } from './jobs/workshop';
import { sweepOutputs } from './jobs/sweep-outputs';
import { createStyleStore } from './style/style-store';

export interface StudioOptions {
  /** On loopback; 0 for any free one. */
  readonly port: number;
  /** Jobs, learned styles and outputs; a studio that was killed goes on from here. */
  readonly stateDir: string;
  readonly token: string;
  /** `whsec_…`, for the signatures of its webhooks. */
  readonly webhookSecret: string;
  /** On which it signs; wall time unless told. */
  readonly clock?: Clock;
  /** Jobs at work at the same time; 16 unless told. */
  readonly slots?: number;
  /** Jobs at work or waiting, before it answers 409; 500 unless told. */
  readonly jobsMax?: number;
}

export interface Studio {
  readonly url: string;
  /** Leaves unfinished jobs to the next start. */
  stop(): Promise<void>;
}

const SWEEP_EVERY_MS = 3_600_000;

/**
 * Starts the studio: a job provider that learns styles from pictures and paints in them, on a processor. It keeps the
 * provider contract of Replicate's predictions and trainings, with Cog's idempotent create.
 * Source: https://github.com/replicate/cog/blob/main/docs/http.md
 */
export async function startStudio(options: StudioOptions): Promise<Studio> {
  const { stateDir, clock = systemClock } = options;
  const outputsDir = join(stateDir, 'outputs');
  mkdirSync(outputsDir, { recursive: true });
  let origin = '';
  const originOf = (): string => origin;
  const store = createJobStore(stateDir);
  const styles = createStyleStore(stateDir);
  const webhooks = createWebhooks({ store, secret: options.webhookSecret, clock, originOf });
  const slots = options.slots ?? 16;
  const workshop = createWorkshop({
    store,
    styles,
    outputsDir,
    clock,
    slots,
    tell: (job, event) => webhooks.tell(job, event),
  });
  const desk = createDesk({ store, styles, workshop, clock, jobsMax: options.jobsMax ?? 500 });
  const app = createApp({
    token: options.token,
    desk,
    outputsDir,
    originOf,
    newId: (key) =>
      `job_${createHash('sha256')
        .update(key ?? randomUUID())
        .digest('hex')
        .slice(0, 32)}`,
  });

  await sweepOutputs(outputsDir);
  const sweeping = setInterval(() => void sweepOutputs(outputsDir), SWEEP_EVERY_MS);
  const server = await startLoopbackServer(app, options.port);
  origin = server.url;
  for (const job of store.listOpen()) {
    if (isTerminal(job.status)) webhooks.tell(job, 'completed');
    else workshop.begin(job);
  }
  return {
    url: origin,
    async stop() {
      clearInterval(sweeping);
      await Promise.all([server.stop(), workshop.stop(), webhooks.stop()]);
    },
  };
}
