import type { Knex } from 'knex';
import { getCustomer } from '../../../store/customers';

/** The customer who looks; undefined for the public. Throws `not_found` for an unknown customer. */
export async function getViewerId(db: Knex, viewerId: string | undefined): Promise<string | undefined> {
  return viewerId === undefined ? undefined : (await getCustomer(db, viewerId)).id;
}
