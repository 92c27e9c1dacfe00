import type { Instant } from '../domain/instants';

/** `predictions` make images, `trainings` make models. */
export type JobKind = 'predictions' | 'trainings';

export const JOB_STATUSES = ['starting', 'processing', 'succeeded', 'failed', 'canceled', 'aborted'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

export interface JobRequest {
  readonly kind: JobKind;
  /** The spend's own id; the provider's idempotency key. */
  readonly spendId: string;
  /** The model's version (predictions) or the trainer (trainings). */
  readonly version: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Where the provider reports the end; null when it cannot. */
  readonly webhookUrl: string | null;
}

/** A job as the provider has it now. */
export interface Job {
  readonly providerId: string;
  readonly status: JobStatus;
  /** One item per requested output in order, null where nothing was delivered; empty for trainings. URLs die soon. */
  readonly outputs: readonly (string | null)[];
  /** The version that a training made; null otherwise. */
  readonly modelVersion: string | null;
  readonly progressPercent: number | null;
  /** When it ended, by the provider's word; null while it runs and where the provider does not say. */
  readonly completedAt: Instant | null;
  readonly error: { readonly code: JobErrorCode; readonly detail: string } | null;
}

export const JOB_ERROR_CODES = [
  'provider_error',
  'timeout',
  'content_rejected_input',
  'content_rejected_output',
  'invalid_input',
  'capacity',
] as const;
export type JobErrorCode = (typeof JOB_ERROR_CODES)[number];

export interface JobCapabilities {
  /** `PUT /{kind}/{id}` with the caller's id may be repeated. Without it a submit is never repeated blindly. */
  readonly idempotentSubmit: boolean;
  /** A job can be asked for by the caller's id. */
  readonly lookupByOwnId: boolean;
  readonly webhook: boolean;
}

export type SubmitAnswer =
  | { readonly outcome: 'accepted'; readonly job: Job }
  | { readonly outcome: 'rejected'; readonly code: JobErrorCode; readonly detail: string }
  /** Slots are full, or the provider could not be reached at all: nothing was made, ask again after so many seconds. */
  | { readonly outcome: 'busy'; readonly retryAfterSeconds: number; readonly detail: string }
  /** No answer, or a 5xx: the job may or may not exist. Ask by id before submitting again. */
  | { readonly outcome: 'unknown'; readonly detail: string };

/** The port to whoever runs the work. One call is one HTTP request with its own timeout, never retried inside. */
export interface Jobs {
  readonly capabilities: JobCapabilities;
  submit(request: JobRequest): Promise<SubmitAnswer>;
  /** Undefined when the provider knows no such job. Throws `DomainError('unavailable')` when it cannot be asked. */
  find(kind: JobKind, providerId: string): Promise<Job | undefined>;
  /** Asks to stop; a no-op on a finished or unknown job. Throws `DomainError('unavailable')` when it cannot be asked. */
  cancel(kind: JobKind, providerId: string): Promise<void>;
  /**
   * Fetches one output (at most `bytesMax`). Throws `DomainError('unavailable')` when it cannot be had now, and
   * `DomainError('not_found')` when it never will be: gone or too large, so nothing was delivered.
   */
  fetchOutput(url: string, bytesMax: number): Promise<Buffer>;
  /**
   * Verifies a Standard Webhook on its raw body and answers whom it is about; its content is read again by `find`.
   * Throws `DomainError('invalid_request')` when the signature or its time does not fit.
   */
  parseWebhook(rawBody: Buffer, headers: Readonly<Record<string, string | undefined>>): JobWebhook;
}

export interface JobWebhook {
  readonly webhookId: string;
  readonly providerId: string;
  readonly status: JobStatus;
}
