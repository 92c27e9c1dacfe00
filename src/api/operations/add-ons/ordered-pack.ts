import type { Knex } from 'knex';
import { onlyPackOf } from '../../../domain/catalog/buy-pack';
import type { Pack } from '../../../domain/catalog/catalog';
import { DomainError } from '../../../domain/errors';
import type { CustomerPlan } from '../../../store/customer-plan';
import { assertKnown } from '../catalog/assert-known';

/**
 * The pack that is asked for, at the version of the customer; without an id, the only one that there is. Undefined when that version
 * sells none of it. Throws `invalid_request` for what no version has, and when it does not say which of several.
 */
export async function orderedPack(
  db: Knex,
  { catalog }: Pick<CustomerPlan, 'catalog'>,
  packId: string | undefined,
): Promise<Pack | undefined> {
  if (packId !== undefined) {
    await assertKnown(db, catalog, { kind: 'packs', id: packId, field: 'packId' });
    return catalog.packs.get(packId);
  }
  if (catalog.packs.size <= 1) return onlyPackOf(catalog);
  const has = [...catalog.packs.keys()].join(', ');
  throw new DomainError('invalid_request', `packId must say which of ${has} is wanted.`, { field: 'packId' });
}
