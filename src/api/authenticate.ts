import type { Request } from 'express';
import type { Knex } from 'knex';
import { DomainError } from '../domain/errors';
import { findApiKey, type ApiKey } from '../store/api-keys';
import type { Access } from './operation';

/** The key of the request. Throws `unauthenticated` when there is none, or it is unknown or revoked. */
export async function authenticate(db: Knex, req: Request): Promise<ApiKey> {
  const secret = /^Bearer +([\x21-\x7e]{1,200})$/i.exec(req.headers.authorization ?? '')?.[1];
  const key = secret === undefined ? undefined : await findApiKey(db, secret);
  if (key === undefined) {
    throw new DomainError('unauthenticated', 'Send a valid API key as "Authorization: Bearer <key>".');
  }
  return key;
}

/** Throws `operator_scope_required` when the operation needs more than the key has. */
export function assertScope(access: Access, key: ApiKey | undefined): void {
  if (access === 'operator' && key?.scopes.includes('operator') !== true) {
    throw new DomainError('operator_scope_required', 'This operation needs a key with the operator scope.');
  }
}
