import type { Knex } from 'knex';
import type { Catalog, PlanId, Rights } from '../domain/catalog';
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
 * The plan that holds at an instant: that of the live subscription at its pinned catalog version, else Free at the current one.
 * The instant must be now, because the subscription is read as it is now.
 */
export async function getCustomerPlan(db: Knex, customerId: string, at: Instant): Promise<CustomerPlan> {
  // Both at once: a request waits for this, and most subscriptions are pinned to the current version.
  const [subscription, current] = await Promise.all([
    findLiveSubscription(db, customerId),
    getCurrentCatalog(db),
  ]);
  const version = subscription?.catalogVersion ?? current.version;
  const catalog = version === current.version ? current : await getCatalog(db, version);
  const plan = planAt(subscription, at);
  return { subscription, plan, catalog, rights: catalog.plans[plan].rights };
}
