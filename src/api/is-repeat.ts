import { findRequest } from '../store/requests';
import type { ApiDeps } from './deps';
import type { Call } from './http/operation';

/**
 * Whether the key of a request stands for an intent already. Then what is sold now says nothing about the request: its answer, or the
 * refusal of another content, is what it was.
 */
export async function isRepeat<Query, Body>(
  { idempotencyKey }: Call<Query, Body>,
  { db }: ApiDeps,
  { customerId, operation }: { readonly customerId: string; readonly operation: string },
): Promise<boolean> {
  return (await findRequest(db, { customerId, operation, idempotencyKey })) !== undefined;
}
