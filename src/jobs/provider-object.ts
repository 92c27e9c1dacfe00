import { z } from 'zod';
import { OUTPUT_BYTES_MAX } from '../domain/actions/output';
import { parseInstant } from '../domain/instants';
import {
  JOB_ERROR_CODES,
  JOB_STATUSES,
  type Job,
  type JobErrorCode,
  type JobKind,
  type JobOutput,
} from './jobs';

/*
 * The object that providers answer, poll and send: Replicate's prediction, of which only `id` and `status` must be
 * there. Unknown members are ignored, so plain Replicate and Cog work.
 */

const errorCode = z.enum(JOB_ERROR_CODES);

const providerObject = z.object({
  id: z.string().min(1),
  status: z.enum(JOB_STATUSES),
  output: z.unknown().optional(),
  error: z.unknown().optional(),
  completed_at: z.string().optional().catch(undefined),
  metrics: z
    .object({ progress: z.number().optional().catch(undefined) })
    .optional()
    .catch(undefined),
  x_engine: z
    .object({ error_code: errorCode.optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

/** What a refusal may say: our own problem members, Replicate's `{detail, status, title}`, or Cog's faults of the input. */
const providerProblem = z.object({
  title: z.string().optional().catch(undefined),
  detail: z
    .union([z.string(), z.array(z.object({ msg: z.string() })).transform(sentenceOf)])
    .optional()
    .catch(undefined),
  error: z.string().optional().catch(undefined),
  error_code: errorCode.optional().catch(undefined),
});

/** Reads a provider's object; undefined when it is none. Never throws. */
export function parseJob(kind: JobKind, body: unknown): Job | undefined {
  const parsed = providerObject.safeParse(body);
  if (!parsed.success) return undefined;
  const { id, status, output, error, metrics, x_engine: engine, completed_at: completedAt } = parsed.data;
  const hasFailed = status === 'failed' || (error !== null && error !== undefined);
  return {
    providerId: id,
    status,
    outputs: kind === 'predictions' ? outputsOf(output) : [],
    output: kind === 'predictions' ? jsonOf(output) : null,
    modelVersion: kind === 'trainings' ? versionOf(output) : null,
    progressPercent: percentOf(metrics?.progress),
    completedAt: parseInstant(completedAt ?? '') ?? null,
    error: hasFailed ? { code: engine?.error_code ?? 'provider_error', detail: detailOf(error) } : null,
  };
}

/** Why a create was refused, from a 4xx answer. Only some statuses blame the input; the others are between the provider and us. */
export function parseRefusal(status: number, body: unknown): { code: JobErrorCode; detail: string } {
  const parsed = providerProblem.safeParse(body);
  const problem = parsed.success ? parsed.data : {};
  const detail =
    problem.detail ?? problem.error ?? problem.title ?? 'The provider refused the job and gave no reason.';
  const isAboutInput = [400, 413, 415, 422].includes(status);
  const code = problem.error_code ?? (isAboutInput ? 'invalid_input' : 'provider_error');
  return { code, detail: shortened(detail) };
}

function sentenceOf(faults: readonly { readonly msg: string }[]): string {
  return faults.map(({ msg }) => msg).join('; ');
}

/** A provider with a single output answers a scalar. An output that is not text was not delivered. */
function outputsOf(output: unknown): readonly (string | null)[] {
  if (output === null || output === undefined) return [];
  const items: readonly unknown[] = Array.isArray(output) ? output : [output];
  return items.map((item) => (typeof item === 'string' && item !== '' ? item : null));
}

/** Pictures may stand in it whole, and those are not kept twice. */
function jsonOf(output: unknown): JobOutput | null {
  if (output === null || output === undefined) return null;
  return Buffer.byteLength(JSON.stringify(output)) > OUTPUT_BYTES_MAX ? 'too_large' : { json: output };
}

function versionOf(output: unknown): string | null {
  const parsed = z.object({ version: z.string().min(1) }).safeParse(output);
  return parsed.success ? parsed.data.version : null;
}

function percentOf(progress: number | undefined): number | null {
  if (progress === undefined || !Number.isFinite(progress)) return null;
  return Math.min(100, Math.max(0, Math.round(progress)));
}

function detailOf(error: unknown): string {
  const text = typeof error === 'string' ? error : JSON.stringify(error ?? null);
  return text === '' || text === 'null' ? 'The provider gave no reason.' : shortened(text);
}

/** By whole characters: half of a surrogate pair could not be stored. */
function shortened(text: string): string {
  return Array.from(text.slice(0, 2_000)).slice(0, 1_000).join('');
}
