import { randomBytes, randomInt } from 'node:crypto';
import type { Clock } from '../../src/platform/clock';
import { fingerprintOf } from '../../src/platform/fingerprint';
import type { Desk } from './http/app';
import { Problem } from './http/problem';
import { parseDirectives } from './jobs/directives';
import type { JobStore } from './jobs/job-store';
import { isTerminal } from './jobs/studio-job';
import type { Workshop } from './jobs/workshop';
import type { StyleStore } from './style/style-store';

const SEED_MAX = 2 ** 32;

/** Where jobs are handed in: decides what is taken, writes it down, and only then gives it to the workshop. */
export function createDesk(parts: {
  readonly store: JobStore;
  readonly styles: StyleStore;
  readonly workshop: Workshop;
  readonly clock: Clock;
  /** Jobs that may be under way or waiting at the same time. */
  readonly jobsMax: number;
}): Desk {
  const { store, styles, workshop, clock } = parts;
  const isBusy = (): boolean =>
    store.listOpen().filter((job) => !isTerminal(job.status)).length >= parts.jobsMax;

  return {
    isBusy,
    find: (kind, id) => store.find(kind, id),
    cancel: (job) => workshop.cancel(job),

    async take(kind, id, request) {
      const createdAt = await clock.now();
      const { version, input, outputCount, seed, webhook } = request;
      const fingerprint = fingerprintOf({ version, input, webhook });
      const known = store.find(kind, id);
      if (known !== undefined) {
        if (known.fingerprint === fingerprint) return { job: known, isReplay: true };
        throw new Problem(422, 'Another job has this id.');
      }
      const { rejects, webhookCopies } = parseDirectives(input);
      if (rejects) throw new Problem(422, 'The studio does not paint this.', 'content_rejected_input');
      if (kind === 'predictions' && styles.find(version) === undefined) {
        throw new Problem(422, 'The studio knows no such version.', 'invalid_input');
      }
      if (isBusy()) throw new Problem(409, 'All places are taken.');
      const job = {
        kind,
        id,
        status: 'starting',
        version,
        input,
        fingerprint,
        folder: randomBytes(16).toString('hex'),
        seed: seed ?? randomInt(SEED_MAX),
        outputs: Array.from({ length: outputCount }, () => 'pending' as const),
        modelVersion: null,
        progress: 0,
        error: null,
        createdAt,
        startedAt: null,
        completedAt: null,
        webhook,
        reportsDue: webhook?.events.includes('completed') === true ? webhookCopies : 0,
      } as const;
      store.save(job);
      workshop.begin(job);
      return { job, isReplay: false };
    },
  };
}
