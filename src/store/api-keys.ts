import { createHash, randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import type { Instant } from '../domain/instants';
import { newId } from '../platform/ids';

export const SCOPES = ['customer', 'operator'] as const;
export type Scope = (typeof SCOPES)[number];

/** A key without its secret, which is stored nowhere. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: Instant;
  readonly revokedAt: Instant | null;
}

interface ApiKeyRow {
  id: string;
  name: string;
  key_hash: Buffer;
  scopes: Scope[];
  created_at: Instant;
  revoked_at: Instant | null;
}

/** Makes a key and answers its secret, the only time it is known. */
export async function createApiKey(
  db: Knex,
  key: { name: string; scopes: readonly Scope[]; createdAt: Instant },
): Promise<{ id: string; secret: string }> {
  const secret = `scrip_${randomBytes(24).toString('base64url')}`;
  const id = newId('key');
  await db('app.api_keys').insert({
    id,
    name: key.name,
    key_hash: hashOf(secret),
    scopes: [...key.scopes],
    created_at: key.createdAt,
  });
  return { id, secret };
}

/** The key of a secret; undefined when there is none or it is revoked. Looked up by hash, so no timing tells a secret. */
export async function findApiKey(db: Knex, secret: string): Promise<ApiKey | undefined> {
  const row = await db<ApiKeyRow>('app.api_keys')
    .where({ key_hash: hashOf(secret) })
    .whereNull('revoked_at')
    .first();
  return row === undefined ? undefined : apiKeyOf(row);
}

/** All keys, oldest first. */
export async function listApiKeys(db: Knex): Promise<ApiKey[]> {
  const rows = await db<ApiKeyRow>('app.api_keys').orderBy('created_at').orderBy('id');
  return rows.map(apiKeyOf);
}

/** Ends a key at once. Answers false when there is no such key; a repeat changes nothing. */
export async function revokeApiKey(db: Knex, id: string, revokedAt: Instant): Promise<boolean> {
  const touched = await db('app.api_keys')
    .where({ id })
    .update({ revoked_at: db.raw('coalesce(revoked_at, ?)', [revokedAt]) });
  return touched > 0;
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

function apiKeyOf(row: ApiKeyRow): ApiKey {
  return {
    id: row.id,
    name: row.name,
    scopes: row.scopes,
    createdAt: row.created_at,
    revokedAt: row.revoked_at,
  };
}
