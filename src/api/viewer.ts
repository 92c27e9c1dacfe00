import type { Knex } from 'knex';
import { DomainError } from '../domain/errors';
import { getCustomer } from '../store/customers';

/** Who looks: the id of `?customerId=`, undefined for the public. Throws `not_found` for an unknown customer. */
export async function getViewerId(
  db: Knex,
  query: { readonly customerId?: string | undefined },
): Promise<string | undefined> {
  return query.customerId === undefined ? undefined : (await getCustomer(db, query.customerId)).id;
}

/**
 * Throws `not_found` when a customer is named who does not own the thing. A key acts for every customer, so naming none
 * is no fault: these things are read by the integrating server and are nobody's to browse.
 */
export function assertOwn(
  query: { readonly customerId?: string | undefined },
  thing: { readonly id: string; readonly customerId: string },
): void {
  if (query.customerId !== undefined && query.customerId !== thing.customerId) {
    throw new DomainError('not_found', `No ${thing.id}.`);
  }
}
