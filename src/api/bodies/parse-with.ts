import type { z } from 'zod';
import { DomainError } from '../../domain/errors';

/** Parses outside input. Throws `invalid_request` with every fault and where it is. */
export function parseWith<Value>(schema: z.ZodType<Value>, input: unknown, where: 'body' | 'query'): Value {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.slice(0, 20).map((issue) => ({
    field: issue.path.map(String).join('.'),
    message: issue.message,
  }));
  const first = errors[0];
  const detail = first === undefined ? 'It has another shape.' : `${first.field || where}: ${first.message}.`;
  throw new DomainError('invalid_request', `The ${where} is not valid. ${detail}`, { errors });
}
