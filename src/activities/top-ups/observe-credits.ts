import type { Knex } from 'knex';
import type { AutoTopUpStep } from '../../domain/top-ups/auto-top-up';
import { hasRight, planOrDefault } from '../../domain/catalog/plans';
import { credits } from '../../domain/credits';
import type { Instant } from '../../domain/instants';
import { planAt } from '../../domain/subscriptions/rights';
import { getBalance } from '../../ledger/get-balance';
import { getCatalog } from '../../store/catalogs';
import { findLiveSubscription } from '../../store/subscriptions';

/** What an automatic top-up decides by: the credits of the moment, and whether the plan sells add-ons. */
export async function observeCredits(
  db: Knex,
  customerId: string,
  at: Instant,
): Promise<Extract<AutoTopUpStep, { readonly type: 'observed' }>> {
  const { available } = await getBalance(db, customerId);
  const subscription = await findLiveSubscription(db, customerId);
  const catalog = subscription === undefined ? undefined : await getCatalog(db, subscription.catalogVersion);
  const rights = catalog === undefined ? {} : planOrDefault(catalog, planAt(subscription, at)).rights;
  return { type: 'observed', at, available: credits(available), mayBuy: hasRight(rights, 'addOns') };
}
