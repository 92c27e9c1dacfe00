import type { Knex } from 'knex';
import { DomainError } from '../../../domain/errors';
import { findCustomer, getCustomer } from '../../../store/customers';

/** Who looks: the id of `?customerId=`, undefined for the public. Throws `not_found` for an unknown customer. */
export async function getViewerId(
  db: Knex,
  query: { readonly customerId?: string | undefined },
): Promise<string | undefined> {
  return query.customerId === undefined ? undefined : (await getCustomer(db, query.customerId)).id;
}

/**
 * Throws `not_found` when a customer is named who does not own the thing, and when its owner was erased. A key acts for every
 * customer, so naming none is no fault: these things are read by the integrating server and are nobody's to browse.
 */
export async function assertOwn(
  db: Knex,
  query: { readonly customerId?: string | undefined },
  thing: { readonly id: string; readonly customerId: string },
): Promise<void> {
  const isOthers = query.customerId !== undefined && query.customerId !== thing.customerId;
  if (isOthers || (await findCustomer(db, thing.customerId)) === undefined) {
    throw new DomainError('not_found', `No ${thing.id}.`);
  }
}
