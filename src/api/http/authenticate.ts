import type { Request } from 'express';
import { DomainError } from '../../domain/errors';
import type { Caller } from './caller';
import type { HttpDeps } from './deps';

/** The caller of the request. Throws `unauthenticated` when it names none, or an unknown, revoked or expired one. */
export async function authenticate(
  { findCaller }: Pick<HttpDeps, 'findCaller'>,
  req: Request,
): Promise<Caller> {
  const secret = /^Bearer +([\x21-\x7e]{1,200})$/i.exec(req.headers.authorization ?? '')?.[1];
  const caller = secret === undefined ? undefined : await findCaller(secret);
  if (caller !== undefined) return caller;
  throw new DomainError('unauthenticated', 'Send a valid API key as "Authorization: Bearer <key>".');
}
