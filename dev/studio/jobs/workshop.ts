import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../../src/platform/clock';
import { render } from '../render';
import type { StyleStore } from '../style/style-store';
import { parseDirectives, withoutDirectives } from './directives';
import { JobFailure } from './job-failure';
import type { JobStore } from './job-store';
import { createLimit } from './limit';
import { isTerminal, outputName, type StudioJob } from './studio-job';
import { train } from './train';

export interface Workshop {
  /** Takes a saved job into work, from its start or from where it was left. */
  begin(job: StudioJob): void;
  /** Ends a job with what is delivered by now; one that had not begun is `aborted`. A no-op on one that has ended. */
  cancel(job: StudioJob): Promise<StudioJob>;
  /** Leaves the work where it is, for the next start to go on with. */
  stop(): Promise<void>;
}

/** Pictures that are painted at the same time; more would only make each of them slower. */
const EASELS = 2;

/** Does the jobs: at most `slots` at a time, the others wait in `starting`. `tell` hears of each step of each job. */
export function createWorkshop(parts: {
  readonly store: JobStore;
  readonly styles: StyleStore;
  readonly outputsDir: string;
  readonly clock: Clock;
  readonly slots: number;
  readonly tell: (job: StudioJob, event: 'start' | 'output' | 'completed') => void;
}): Workshop {
  const { store, styles, clock, tell } = parts;
  const inSlot = createLimit(parts.slots);
  const atEasel = createLimit(EASELS);
  const stopping = new AbortController();
  const cancels = new Map<string, AbortController>();
  const works = new Set<Promise<void>>();

  /** Writes a change of a job that is still going on; false when it has ended meanwhile, and what ended first counts. */
  function save({ kind, id }: StudioJob, change: Partial<StudioJob>): StudioJob | undefined {
    const current = store.find(kind, id);
    if (current === undefined || isTerminal(current.status)) return undefined;
    const changed = { ...current, ...change };
    store.save(changed);
    return changed;
  }

  async function end(job: StudioJob, change: Partial<StudioJob>): Promise<void> {
    const ended = save(job, { ...change, completedAt: await clock.now() });
    if (ended !== undefined) tell(ended, 'completed');
  }

  async function work(job: StudioJob, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const startedAt = job.startedAt ?? (await clock.now());
    const started = save(job, { status: 'processing', startedAt });
    if (started === undefined) return;
    tell(started, 'start');
    if (job.kind === 'trainings') await trainModel(started, signal);
    else await paintPictures(started, signal);
  }

  async function trainModel(job: StudioJob, signal: AbortSignal): Promise<void> {
    const { delayMs, failAfter } = parseDirectives(job.input);
    await delay(delayMs, undefined, { signal });
    if (failAfter !== null) throw new JobFailure('provider_error', 'The training failed as it was told to.');
    const urls = job.input['input_images'] as readonly string[];
    const style = await train(urls, (progress) => void save(job, { progress }), signal);
    const modelVersion = `style-${job.id}`;
    styles.save(modelVersion, style);
    await end(job, { status: 'succeeded', progress: 100, modelVersion });
  }

  async function paintPictures(job: StudioJob, signal: AbortSignal): Promise<void> {
    const { delayMs, failAt, failAfter } = parseDirectives(job.input);
    const style = styles.find(job.version);
    if (style === undefined) throw new JobFailure('invalid_input', 'The version is not known any more.');
    const prompt = withoutDirectives(String(job.input['prompt']));
    const outputs = [...job.outputs];
    await mkdir(join(parts.outputsDir, job.folder), { recursive: true });
    for (const [index, state] of job.outputs.entries()) {
      if (state !== 'pending') continue;
      await delay(delayMs / outputs.length, undefined, { signal });
      if (failAfter === index)
        throw new JobFailure('provider_error', 'The painter gave up, as it was told to.');
      if (!failAt.has(index + 1)) {
        const picture = await atEasel(() =>
          render(style, { version: job.version, prompt, seed: job.seed, index }),
        );
        await writeFile(join(parts.outputsDir, job.folder, outputName(index)), picture);
      }
      outputs[index] = failAt.has(index + 1) ? 'withheld' : 'delivered';
      const progress = Math.round((100 * (index + 1)) / outputs.length);
      const saved = save(job, { outputs: [...outputs], progress });
      if (saved === undefined) return;
      tell(saved, 'output');
    }
    await end(job, { status: 'succeeded', progress: 100 });
  }

  return {
    begin(job) {
      const key = `${job.kind}/${job.id}`;
      const canceling = new AbortController();
      const signal = AbortSignal.any([canceling.signal, stopping.signal]);
      cancels.set(key, canceling);
      const running = inSlot(() => work(job, signal))
        .catch((error: unknown) => (signal.aborted ? undefined : end(job, failureOf(error))))
        .finally(() => {
          cancels.delete(key);
          works.delete(running);
        });
      works.add(running);
    },

    async cancel(job) {
      const completedAt = await clock.now();
      const { status } = store.find(job.kind, job.id) ?? job;
      const ended = save(job, { status: status === 'starting' ? 'aborted' : 'canceled', completedAt });
      if (ended === undefined) return store.find(job.kind, job.id) ?? job;
      cancels.get(`${job.kind}/${job.id}`)?.abort();
      tell(ended, 'completed');
      return ended;
    },

    async stop() {
      stopping.abort();
      await Promise.all(works);
    },
  };
}

function failureOf(error: unknown): Partial<StudioJob> {
  const code = error instanceof JobFailure ? error.code : 'provider_error';
  const detail = error instanceof Error ? error.message : 'unknown';
  return { status: 'failed', error: { code, detail } };
}
