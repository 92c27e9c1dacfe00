import type { Knex } from 'knex';
import type { Catalog } from '../../../domain/catalog/catalog';
import { DomainError } from '../../../domain/errors';
import { isInAnyCatalog } from '../../../store/catalogs';

/**
 * Refuses an id that no published version has with `invalid_request`: it is a typing error. What another version than the
 * customer's has is refused later, as `not_sold`.
 */
export async function assertKnown(
  db: Knex,
  catalog: Catalog,
  {
    kind,
    id,
    field,
  }: { readonly kind: 'plans' | 'actions' | 'packs'; readonly id: string; readonly field: string },
): Promise<void> {
  if (catalog[kind].has(id) || (await isInAnyCatalog(db, kind, id))) return;
  const has = [...catalog[kind].keys()].join(', ');
  throw new DomainError('invalid_request', `No catalog has ${id} among its ${kind}: now there are ${has}.`, {
    field,
  });
}
