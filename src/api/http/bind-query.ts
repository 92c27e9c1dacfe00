import { z } from 'zod';
import type { Caller } from './caller';

/**
 * The query of a request as its caller may ask it. A portal token is bound to its customer: whatever customer the query
 * names, it is this one; an operation that asks nobody's name ignores the parameter.
 */
export function bindQuery(
  caller: Caller | undefined,
  schema: z.ZodType,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (caller?.kind !== 'portal') return given;
  const asksWho = schema instanceof z.ZodObject && 'customerId' in schema.shape;
  const rest = Object.fromEntries(Object.entries(given).filter(([name]) => name !== 'customerId'));
  return asksWho ? { ...rest, customerId: caller.customerId } : rest;
}
