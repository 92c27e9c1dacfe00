import { z } from 'zod';
import { DomainError } from '../../../domain/errors';
import { defineOperation } from '../../define-operation';
import type { ApiDeps } from '../../deps';
import { nobody } from '../../http/belongs-to';
import { jsonBody } from '../../http/bodies/json-body';
import type { AnyOperation } from '../../http/operation';
import type { Route } from '../../http/route';

/** What an advance may take: many months of many subscriptions, in wall time. */
const ADVANCE_MS_MAX = 600_000;

const clockSchema = z.strictObject({ now: z.iso.datetime() });
const refusalSchema = z.object({ detail: z.string() });

/** The clock that anybody with a key may see and move, in the sandbox alone: `sandboxUrl` names who has it. */
export function sandboxRoutes(sandboxUrl: string | undefined): readonly Route<ApiDeps>[] {
  if (sandboxUrl === undefined) return [];
  return [
    { method: 'get', path: '/sandbox/clock', operation: getClock(sandboxUrl) },
    { method: 'post', path: '/sandbox/clock/advance', operation: advanceClock(sandboxUrl) },
  ];
}

function getClock(sandboxUrl: string): AnyOperation<ApiDeps> {
  return defineOperation({
    summary: "Get the sandbox's clock",
    tag: 'Sandbox',
    access: 'key',
    belongsTo: nobody,
    answers: { 200: { description: 'The instant.', schema: clockSchema } },
    handle: async () => ({ status: 200, body: await ask(`${sandboxUrl}/clock`, 'GET') }),
  });
}

function advanceClock(sandboxUrl: string): AnyOperation<ApiDeps> {
  return defineOperation({
    summary: "Advance the sandbox's clock",
    description:
      'By an ISO 8601 duration (`P1M` clamps to the end of the month) or to an instant. Answers when everything that was due by ' +
      'then has been carried out.',
    tag: 'Sandbox',
    access: 'key',
    belongsTo: nobody,
    body: jsonBody(
      z.union(
        [
          z.strictObject({ by: z.string().max(100) }).meta({ examples: [{ by: 'P1M' }] }),
          z.strictObject({ to: z.string().max(100) }),
        ],
        { error: 'must be {"by": a duration, like "P1M"} or {"to": an instant}' },
      ),
    ),
    problems: ['unavailable'],
    answers: { 200: { description: 'What time it is now.', schema: clockSchema } },
    handle: async ({ body }) => ({
      status: 200,
      body: await ask(`${sandboxUrl}/clock/advance`, 'POST', body),
    }),
  });
}

async function ask(url: string, method: 'GET' | 'POST', body?: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    signal: AbortSignal.timeout(ADVANCE_MS_MAX),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json();
  if (response.ok) return clockSchema.parse(answer);
  const { detail } = refusalSchema.parse(answer);
  throw new DomainError(response.status === 400 ? 'invalid_request' : 'unavailable', detail);
}
