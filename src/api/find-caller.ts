import type { Knex } from 'knex';
import type { Clock } from '../platform/clock';
import { findApiKey } from '../store/api-keys';
import { findPortalCustomerId, PORTAL_TOKEN_PREFIX } from '../store/portal-sessions';
import type { Caller } from './http/caller';

/** Whom a secret stands for: an API key, or one customer's portal session. Undefined for a secret that is not valid now. */
export async function findCaller(
  { db, clock }: { readonly db: Knex; readonly clock: Clock },
  secret: string,
): Promise<Caller | undefined> {
  if (secret.startsWith(PORTAL_TOKEN_PREFIX)) {
    const customerId = await findPortalCustomerId(db, secret, await clock.now());
    return customerId === undefined ? undefined : { kind: 'portal', customerId };
  }
  const key = await findApiKey(db, secret);
  return key === undefined ? undefined : { kind: 'key', scopes: key.scopes };
}
