import type { Knex } from 'knex';
import type { Catalog, PlanId, Rights } from '../domain/catalog/catalog';
import { planOrDefault } from '../domain/catalog/plans';
import type { Instant } from '../domain/instants';
import { planAt } from '../domain/subscriptions/rights';
import { getCatalog, getCurrentCatalog } from './catalogs';
import { findLiveSubscription, type Subscription } from './subscriptions';

/** What a customer is entitled to at an instant, and by which catalog version it is judged. */
export interface CustomerPlan {
  readonly subscription: Subscription | undefined;
  readonly plan: PlanId;
  readonly catalog: Catalog;
  readonly rights: Rights;
}

/**
 * The plan that holds at an instant: that of the live subscription at its pinned catalog version, else the default plan of the current one.
 * The instant must be now, because the subscription is read as it is now.
 */
export async function getCustomerPlan(db: Knex, customerId: string, at: Instant): Promise<CustomerPlan> {
  // Both at once: a request waits for this, and most subscriptions are pinned to the current version. Who is pinned to another
  // one is not held up if this release cannot read the current one.
  const current = getCurrentCatalog(db);
  const [subscription, read] = await Promise.all([
    findLiveSubscription(db, customerId),
    current.catch(() => undefined),
  ]);
  const pinned = subscription?.catalogVersion;
  const catalog = await (pinned === undefined || pinned === read?.version ? current : getCatalog(db, pinned));
  const { id: plan, rights } = planOrDefault(catalog, planAt(subscription, at));
  return { subscription, plan, catalog, rights };
}
