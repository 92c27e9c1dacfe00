import { z } from 'zod';
import type { JobKind } from '../../../src/jobs/jobs';
import { sayFault } from '../../../src/platform/say-fault';
import { Problem } from './problem';

/** Faults in words for people. */
const SAY = { error: sayFault };

const EVENTS = ['start', 'output', 'logs', 'completed'] as const;

const create = z.object({
  version: z.string().min(1).max(200),
  input: z.record(z.string(), z.unknown()),
  webhook: z.url({ protocol: /^https?$/ }).optional(),
  webhook_events_filter: z.array(z.enum(EVENTS)).default([...EVENTS]),
});

const predictionInput = z.object({
  prompt: z.string().min(1).max(10_000),
  num_outputs: z.int().min(1).max(100).default(1),
  seed: z.int().min(0).optional(),
});

const trainingInput = z.object({
  input_images: z
    .array(z.url({ protocol: /^https?$/ }))
    .min(1)
    .max(100),
});

export interface CreateRequest {
  readonly version: string;
  /** As it was submitted. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly outputCount: number;
  readonly seed: number | undefined;
  readonly webhook: { readonly url: string; readonly events: readonly string[] } | null;
}

/** Checks a create's body. Throws a `Problem` of status 400 when it is no create, 422 when the input is not a job's. */
export function parseCreate(kind: JobKind, body: unknown): CreateRequest {
  const parsed = create.safeParse(body, SAY);
  if (!parsed.success) throw new Problem(400, explain(parsed.error));
  const { version, input, webhook, webhook_events_filter: events } = parsed.data;
  const common = { version, input, webhook: webhook === undefined ? null : { url: webhook, events } };
  if (kind === 'trainings') {
    const training = trainingInput.safeParse(input, SAY);
    if (!training.success) throw new Problem(422, explain(training.error), 'invalid_input');
    return { ...common, outputCount: 0, seed: undefined };
  }
  const prediction = predictionInput.safeParse(input, SAY);
  if (!prediction.success) throw new Problem(422, explain(prediction.error), 'invalid_input');
  return { ...common, outputCount: prediction.data.num_outputs, seed: prediction.data.seed };
}

function explain(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.') || 'it'} ${issue.message}`).join('; ');
}
