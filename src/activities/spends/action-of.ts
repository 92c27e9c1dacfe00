import type { Knex } from 'knex';
import type { Action } from '../../domain/catalog/catalog';
import { getCatalog } from '../../store/catalogs';
import type { Spend } from '../../store/spends';

/** The action of a spend as it was when its credits were held. */
export async function actionOf(db: Knex, { action, catalogVersion }: Spend): Promise<Action> {
  const found = (await getCatalog(db, catalogVersion)).actions.get(action);
  if (found === undefined) throw new Error(`catalog ${catalogVersion} has no action ${action}`);
  return found;
}
