import type { Knex } from 'knex';
import { query } from './query';

/**
 * Whether one of a wallet's first holds of an action, which cost nothing, is left: as `ledger.is_free` decides under the wallet's
 * lock. By the time of the hold it may be taken.
 */
export async function hasFreePlace(
  db: Knex,
  customerId: string,
  { action, firstFree }: { readonly action: string; readonly firstFree: number },
): Promise<boolean> {
  if (firstFree === 0) return false;
  const taken = await query(db, PLACES_TAKEN, { customerId, action, firstFree });
  return taken.length < firstFree;
}

const PLACES_TAKEN = `
  SELECT id FROM ledger.holds
  WHERE wallet_id = :customerId AND action = :action AND fulfilled IS NOT FALSE AND given_back IS NULL
    AND (captured = 0 OR refunded < captured)
  LIMIT :firstFree`;
