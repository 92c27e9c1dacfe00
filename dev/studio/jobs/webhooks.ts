import { setTimeout as delay } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { epochMsOf } from '../../../src/domain/instants';
import type { Clock } from '../../../src/platform/clock';
import type { JobStore } from './job-store';
import { objectOf, type StudioJob } from './studio-job';

export type JobEvent = 'start' | 'output' | 'completed';

export interface Webhooks {
  /** Reports an event to whoever asked for it. The end is reported until it is heard, also after a restart. */
  tell(job: StudioJob, event: JobEvent): void;
  stop(): Promise<void>;
}

const TIMEOUT_MS = 10_000;
const RETRY_DELAY_MS = { first: 500, most: 60_000 };
/** About a day and a half of patience. */
const ATTEMPTS_MAX = 2_000;

/**
 * Reports by Standard Webhooks: the job's object, signed at the clock's instant, under an id that stays the same over
 * retries. Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function createWebhooks(parts: {
  readonly store: JobStore;
  readonly secret: string;
  readonly clock: Clock;
  readonly originOf: () => string;
}): Webhooks {
  const signer = new Webhook(parts.secret);
  const stopping = new AbortController();
  const reports = new Set<Promise<void>>();

  async function post(job: StudioJob, url: string, event: JobEvent): Promise<boolean> {
    const body = JSON.stringify(objectOf(job, parts.originOf()));
    const id = `msg_${job.kind}_${job.id}_${event}`;
    const seconds = Math.floor(epochMsOf(await parts.clock.now()) / 1000);
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': String(seconds),
          'webhook-signature': signer.sign(id, new Date(seconds * 1000), body),
        },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      await response.arrayBuffer();
      return response.ok;
    } catch {
      return false;
    }
  }

  async function reportEnd(job: StudioJob, url: string): Promise<void> {
    let current = job;
    for (let attempt = 0; current.reportsDue > 0; attempt += 1) {
      if (attempt === ATTEMPTS_MAX) current = { ...current, reportsDue: 0 };
      else if (await post(current, url, 'completed')) {
        current = { ...current, reportsDue: current.reportsDue - 1 };
      } else {
        const backOffMs = Math.min(RETRY_DELAY_MS.first * 2 ** Math.min(attempt, 10), RETRY_DELAY_MS.most);
        await delay(backOffMs, undefined, { signal: stopping.signal });
        continue;
      }
      parts.store.save(current);
    }
  }

  return {
    tell(job, event) {
      if (job.webhook?.events.includes(event) !== true || stopping.signal.aborted) return;
      const { url } = job.webhook;
      const report: Promise<void> = (event === 'completed' ? reportEnd(job, url) : post(job, url, event))
        // Stopped in between: the next start reports it.
        .then(() => undefined)
        .catch(() => undefined)
        .finally(() => reports.delete(report));
      reports.add(report);
    },

    async stop() {
      stopping.abort();
      await Promise.all(reports);
    },
  };
}
