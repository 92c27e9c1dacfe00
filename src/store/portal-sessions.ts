import { createHash, randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import type { Instant } from '../domain/instants';

/** How the token of a portal session begins; no API key begins so. */
export const PORTAL_TOKEN_PREFIX = 'scrip_portal_';

interface PortalSessionRow {
  token_hash: Buffer;
  customer_id: string;
  created_at: Instant;
  expires_at: Instant;
}

/** Opens a session for a customer and answers its token, the only time it is known. Sweeps those that are over. */
export async function createPortalSession(
  db: Knex,
  session: { customerId: string; createdAt: Instant; expiresAt: Instant },
): Promise<string> {
  const token = PORTAL_TOKEN_PREFIX + randomBytes(24).toString('base64url');
  await db('app.portal_sessions').where('expires_at', '<=', session.createdAt).delete();
  await db('app.portal_sessions').insert({
    token_hash: hashOf(token),
    customer_id: session.customerId,
    created_at: session.createdAt,
    expires_at: session.expiresAt,
  });
  return token;
}

/** Ends every session of a customer: their tokens are unknown from then on. */
export async function endPortalSessions(db: Knex, customerId: string): Promise<void> {
  await db('app.portal_sessions').where({ customer_id: customerId }).delete();
}

/** Whose session a token is for; undefined when it is unknown or over. */
export async function findPortalCustomerId(
  db: Knex,
  token: string,
  now: Instant,
): Promise<string | undefined> {
  const row = await db<PortalSessionRow>('app.portal_sessions')
    .where({ token_hash: hashOf(token) })
    .where('expires_at', '>', now)
    .first('customer_id');
  return row?.customer_id;
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
