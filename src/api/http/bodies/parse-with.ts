import type { z } from 'zod';
import { DomainError } from '../../../domain/errors';
import { sayFault } from '../../../platform/say-fault';

/** Parses outside input. Throws `invalid_request` with every fault and where it is. */
export function parseWith<Value>(schema: z.ZodType<Value>, input: unknown, where: 'body' | 'query'): Value {
  const parsed = schema.safeParse(input, { error: sayFault });
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.slice(0, 20).map((issue) => ({
    field: issue.path.map(String).join('.'),
    message: issue.message,
  }));
  const first = errors[0];
  const detail =
    first === undefined
      ? 'is not valid'
      : `${first.field === '' ? '' : `is not valid: ${first.field} `}${first.message}`;
  throw new DomainError('invalid_request', `The ${where} ${detail}.`, { errors });
}
