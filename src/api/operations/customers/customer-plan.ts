import type { Catalog, PlanId, Rights } from '../../../domain/catalog/catalog';
import { getCatalog, getCurrentCatalog } from '../../../store/catalogs';
import { planAt } from '../../../domain/subscriptions/rights';
import { findLiveSubscription, type Subscription } from '../../../store/subscriptions';
import type { ApiDeps } from '../../deps';

/** What a customer is entitled to now, and by which catalog version it is judged. */
export interface CustomerPlan {
  readonly subscription: Subscription | undefined;
  readonly plan: PlanId;
  readonly catalog: Catalog;
  readonly rights: Rights;
}

/** The plan of the moment: of the live subscription at its pinned catalog version, else Free at the current one. */
export async function loadCustomerPlan(
  { db, clock }: Pick<ApiDeps, 'db' | 'clock'>,
  customerId: string,
): Promise<CustomerPlan> {
  const subscription = await findLiveSubscription(db, customerId);
  const plan = planAt(subscription, await clock.now());
  const catalog = await (subscription === undefined
    ? getCurrentCatalog(db)
    : getCatalog(db, subscription.catalogVersion));
  return { subscription, plan, catalog, rights: catalog.plans[plan].rights };
}
