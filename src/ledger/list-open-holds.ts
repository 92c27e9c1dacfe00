import type { Knex } from 'knex';
import { query } from './query';

/** An open external hold of a customer, and its credits that are still open. */
export interface OpenHold {
  readonly id: string;
  readonly credits: number;
}

/** A customer's open external holds, by id; at most `limit`. */
export async function listOpenHolds(
  db: Knex,
  customerId: string,
  limit: number,
): Promise<readonly OpenHold[]> {
  return query<OpenHold>(
    db,
    `SELECT id, open AS credits FROM ledger.holds
     WHERE wallet_id = :customerId AND state = 'open' AND spend_id IS NULL ORDER BY id LIMIT :limit`,
    { customerId, limit },
  );
}
