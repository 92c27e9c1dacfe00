import type { Instant } from '../domain/instants';

/** `predictions` make images or other outputs, `trainings` make models. */
export type JobKind = 'predictions' | 'trainings';

export const JOB_STATUSES = ['starting', 'processing', 'succeeded', 'failed', 'canceled', 'aborted'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

export interface JobRequest {
  readonly kind: JobKind;
  /** The spend's own id; the provider's idempotency key. */
  readonly spendId: string;
  /** The model's version (predictions) or the trainer (trainings); empty where the catalog names none. */
  readonly version: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Where the provider reports the end. */
  readonly webhookUrl: string;
}

/** A job as the provider has it now. */
export interface Job {
  readonly providerId: string;
  readonly status: JobStatus;
  /** One item per requested output in order, null where nothing was delivered; empty for trainings. URLs die soon. */
  readonly outputs: readonly (string | null)[];
  /** Everything that a prediction answered, as JSON; null: nothing yet, or a training. */
  readonly output: JobOutput | null;
  /** The version that a training made; null otherwise. */
  readonly modelVersion: string | null;
  readonly progressPercent: number | null;
  /** When it ended, by the provider's word; null while it runs and where the provider does not say. */
  readonly completedAt: Instant | null;
  readonly error: { readonly code: JobErrorCode; readonly detail: string } | null;
}

/** What a job answered, unless it is larger than a spend keeps. */
export type JobOutput = { readonly json: unknown } | 'too_large';

export const JOB_ERROR_CODES = [
  'provider_error',
  'timeout',
  'content_rejected_input',
  'content_rejected_output',
  'invalid_input',
  'capacity',
] as const;
export type JobErrorCode = (typeof JOB_ERROR_CODES)[number];

/** What differs between providers and matters to whoever uses one. */
export interface JobCapabilities {
  /** Jobs have the ids that we give them. */
  readonly ownIds: boolean;
  /**
   * The state of a job can be polled. Otherwise it comes by webhook alone, and a submit that is repeated under the same id
   * answers the state of the job, or starts it again when the provider has lost it.
   */
  readonly poll: boolean;
  /** How long to look for the job of a submit whose answer was lost, in ms. */
  readonly foundAgainWithinMs: number;
  /** Why this provider, as it is configured, cannot train models, as a sentence; null when it can. */
  readonly noTrainings: string | null;
}

export type SubmitAnswer =
  | { readonly outcome: 'accepted'; readonly job: Job }
  | { readonly outcome: 'rejected'; readonly code: JobErrorCode; readonly detail: string }
  /** Slots are full, or the provider could not be reached at all: nothing was made, ask again after so many seconds. */
  | { readonly outcome: 'busy'; readonly retryAfterSeconds: number; readonly detail: string }
  /** No answer, or a 5xx: the job may or may not exist. Ask by id before submitting again. */
  | { readonly outcome: 'unknown'; readonly detail: string };

/**
 * The port to whoever runs the work; each kind of provider is an adapter behind it (create-jobs.ts). One call is one HTTP
 * request with its own timeout, never retried inside, but for `findSubmitted`, which may read several pages.
 */
export interface Jobs {
  readonly capabilities: JobCapabilities;
  /** Where in our API the provider reports on a spend's job. */
  webhookPath(spendId: string): string;
  submit(request: JobRequest): Promise<SubmitAnswer>;
  /** Undefined when the provider knows no such job. Throws `DomainError('unavailable')` when it cannot be asked. */
  find(kind: JobKind, providerId: string): Promise<Job | undefined>;
  /**
   * Looks for the job of a submit whose answer was lost. 'none': there is no such job, or a submit under the same id
   * comes to the same one, so that it may be repeated. 'unknown': nobody can say. Throws `DomainError('unavailable')`
   * when the provider cannot be asked.
   */
  findSubmitted(
    kind: JobKind,
    submit: { readonly spendId: string; readonly startedAt: Instant },
  ): Promise<Job | 'none' | 'unknown'>;
  /** Asks to stop; a no-op on a job that has ended. Throws `DomainError('unavailable')` when it cannot be asked. */
  cancel(kind: JobKind, providerId: string): Promise<'told' | 'unknown_job'>;
  /**
   * Fetches one output (at most `bytesMax`). Throws `DomainError('unavailable')` when it cannot be had now, and
   * `DomainError('not_found')` when it never will be: gone, too large or not public, so nothing was delivered.
   */
  fetchOutput(url: string, bytesMax: number): Promise<Buffer>;
  /** Whose job the token in a webhook's address is about; undefined when it is none of ours. */
  spendIdOfToken(token: string): string | undefined;
  /**
   * Verifies a webhook on its raw body and answers whom it is about; `about` is what the token in its address says.
   * Throws `DomainError('invalid_request')` when nothing proves that the provider sent it.
   */
  parseWebhook(
    rawBody: Buffer,
    headers: Readonly<Record<string, string | undefined>>,
    about?: { readonly spendId: string; readonly kind: JobKind },
  ): JobWebhook;
}

export interface JobWebhook {
  /** The same over retries; null where the provider gives none. */
  readonly webhookId: string | null;
  readonly providerId: string;
  readonly status: JobStatus;
  /** What it says of the job, where that is all that will be known; null where the job is read again by `find`. */
  readonly job: Job | null;
}

/** Whether a model can be trained with the provider as it is configured. */
export function canTrain({ capabilities }: Pick<Jobs, 'capabilities'>): boolean {
  return capabilities.noTrainings === null;
}
