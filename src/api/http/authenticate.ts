import type { Request } from 'express';
import { DomainError } from '../../domain/errors';
import { findApiKey } from '../../store/api-keys';
import { findPortalCustomerId, PORTAL_TOKEN_PREFIX } from '../../store/portal-sessions';
import type { Caller } from './caller';
import type { ApiDeps } from '../deps';
import type { Access } from './operation';

/** The caller of the request. Throws `unauthenticated` when it names none, or an unknown, revoked or expired one. */
export async function authenticate({ db, clock }: ApiDeps, req: Request): Promise<Caller> {
  const secret = /^Bearer +([\x21-\x7e]{1,200})$/i.exec(req.headers.authorization ?? '')?.[1];
  if (secret?.startsWith(PORTAL_TOKEN_PREFIX) === true) {
    const customerId = await findPortalCustomerId(db, secret, await clock.now());
    if (customerId !== undefined) return { kind: 'portal', customerId };
  } else if (secret !== undefined) {
    const key = await findApiKey(db, secret);
    if (key !== undefined) return { kind: 'key', scopes: key.scopes };
  }
  throw new DomainError('unauthenticated', 'Send a valid API key as "Authorization: Bearer <key>".');
}

/** Throws `operator_scope_required` when the operation needs more than the caller has. */
export function assertScope(access: Access, caller: Caller | undefined): void {
  if (access !== 'operator' || (caller?.kind === 'key' && caller.scopes.includes('operator'))) return;
  throw new DomainError('operator_scope_required', 'This operation needs a key with the operator scope.');
}
