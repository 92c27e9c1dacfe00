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
  // one does not need it, and is not held up if this release cannot read it.
  const [subscription, current] = await Promise.all([
    findLiveSubscription(db, customerId),
    getCurrentCatalog(db).catch((error: unknown) => ({ error })),
  ]);
  const catalog = await (subscription === undefined || subscription.catalogVersion === versionOf(current)
    ? assertRead(current)
    : getCatalog(db, subscription.catalogVersion));
  const { id: plan, rights } = planOrDefault(catalog, planAt(subscription, at));
  return { subscription, plan, catalog, rights };
}

function versionOf(current: Catalog | { readonly error: unknown }): string | undefined {
  return 'error' in current ? undefined : current.version;
}

function assertRead(current: Catalog | { readonly error: unknown }): Catalog {
  if ('error' in current) throw current.error;
  return current;
}
