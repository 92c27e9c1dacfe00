import type { Instant } from '../../../src/domain/instants';
import type { JobErrorCode, JobKind, JobStatus } from '../../../src/jobs/jobs';

/** A job as the studio keeps it. */
export interface StudioJob {
  readonly kind: JobKind;
  readonly id: string;
  readonly status: JobStatus;
  readonly version: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Of the request: the same id with another request is refused. */
  readonly fingerprint: string;
  /** Where its outputs lie, and what makes their URLs unguessable. */
  readonly folder: string;
  readonly seed: number;
  /** One of each requested output, in order; `withheld` will never be delivered. Empty for trainings. */
  readonly outputs: readonly ('pending' | 'delivered' | 'withheld')[];
  /** The version that a training made. */
  readonly modelVersion: string | null;
  readonly progress: number;
  readonly error: { readonly code: JobErrorCode; readonly detail: string } | null;
  readonly createdAt: Instant;
  readonly startedAt: Instant | null;
  readonly completedAt: Instant | null;
  readonly webhook: { readonly url: string; readonly events: readonly string[] } | null;
  /** How often the end must still be reported: the job is closed when it has ended and this is 0. */
  readonly reportsDue: number;
}

/** Whether a job in this status goes no further: terminal is final. */
export function isTerminal(status: JobStatus): boolean {
  return status !== 'starting' && status !== 'processing';
}

/** Whether nothing is left to do about a job. */
export function isClosed(job: StudioJob): boolean {
  return isTerminal(job.status) && job.reportsDue === 0;
}

/** The object that is answered, polled and sent. Source of its members: Replicate's prediction object. */
export function objectOf(job: StudioJob, origin: string): Readonly<Record<string, unknown>> {
  const requested = job.outputs.length;
  const delivered = job.outputs.filter((state) => state === 'delivered').length;
  const self = `${origin}/${job.kind}/${job.id}`;
  return {
    id: job.id,
    model: 'studio',
    version: job.version,
    input: job.input,
    status: job.status,
    output: outputOf(job, origin),
    error: job.error?.detail ?? null,
    logs: '',
    metrics: {
      progress: job.progress,
      ...(job.kind === 'predictions' ? { outputs_requested: requested, outputs_delivered: delivered } : {}),
      ...(job.startedAt === null || job.completedAt === null
        ? {}
        : { predict_time: (Date.parse(job.completedAt) - Date.parse(job.startedAt)) / 1000 }),
    },
    created_at: job.createdAt,
    started_at: job.startedAt,
    completed_at: job.completedAt,
    data_removed: false,
    source: 'api',
    urls: { get: self, cancel: `${self}/cancel` },
    ...(job.error === null ? {} : { x_engine: { error_code: job.error.code } }),
  };
}

function outputOf(job: StudioJob, origin: string): unknown {
  if (job.kind === 'trainings') return job.modelVersion === null ? null : { version: job.modelVersion };
  if (job.startedAt === null) return null;
  return job.outputs.map((state, index) =>
    state === 'delivered' ? `${origin}/outputs/${job.folder}/${outputName(index)}` : null,
  );
}

export function outputName(index: number): string {
  return `${index}.png`;
}
