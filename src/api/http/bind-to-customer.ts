import { z } from 'zod';
import { DomainError } from '../../domain/errors';
import { assertScope } from './authenticate';
import type { Caller } from './caller';
import type { AnyOperation } from './operation';

/**
 * The query of a request as its caller may ask it. A portal token is bound to its customer: whatever customer the query
 * names, it is this one; an operation that asks nobody's name ignores the parameter.
 */
export function bindQuery(
  caller: Caller | undefined,
  { query }: AnyOperation,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (caller?.kind !== 'portal') return given;
  const asksWho = query instanceof z.ZodObject && 'customerId' in query.shape;
  const rest = Object.fromEntries(Object.entries(given).filter(([name]) => name !== 'customerId'));
  return asksWho ? { ...rest, customerId: caller.customerId } : rest;
}

/**
 * Throws `not_found` when a portal token is used for another customer, or for what only an integrating server does, and
 * `operator_scope_required` for what operators do, whatever it is about: whether that exists is none of its business.
 */
export function assertBound(
  caller: Caller | undefined,
  { access }: AnyOperation,
  request: { readonly path: string; readonly id: string; readonly body: unknown },
): void {
  if (caller?.kind !== 'portal') return;
  assertScope(access, caller);
  const isForKeys = access === 'key';
  const isOthersPath = request.path.startsWith('/v1/customers/{id}') && request.id !== caller.customerId;
  const isOthersBody =
    typeof request.body === 'object' &&
    request.body !== null &&
    'customerId' in request.body &&
    request.body.customerId !== undefined &&
    request.body.customerId !== caller.customerId;
  if (isForKeys || isOthersPath || isOthersBody)
    throw new DomainError('not_found', 'Not found, or it belongs to somebody else.');
}
