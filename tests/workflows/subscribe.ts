import type { PlanId } from '../../src/domain/catalog/catalog';
import { instantOf } from '../../src/domain/instants';
import { newId } from '../../src/platform/ids';
import { subscriptionRowOf } from '../../src/store/subscriptions';
import { writeRecords } from '../../src/store/write-records';
import type { House } from './house';

/** Makes a customer a subscriber by what is recorded, for tests of what a plan allows. */
export async function subscribe(
  { db, catalog }: House,
  customerId: string,
  plan: Exclude<PlanId, 'free'>,
): Promise<void> {
  const at = instantOf(Date.now());
  const end = instantOf(Date.now() + 86_400_000);
  const subscription = {
    id: newId('sub'),
    customerId,
    plan,
    interval: 'month',
    currency: 'usd',
    collection: 'checkout',
    status: 'active',
    catalogVersion: catalog.version,
    contractId: null,
    anchorAt: at,
    era: 0,
    cycle: 0,
    currentPeriodStart: at,
    currentPeriodEnd: end,
    paidThrough: end,
    nextGrantAt: null,
    nextGrantCredits: null,
    cancelAt: null,
    pendingPlan: null,
    checkoutUrl: null,
    stripeSubscriptionId: null,
    revision: 1,
    createdAt: at,
    updatedAt: at,
  } as const;
  await writeRecords(db, [{ kind: 'subscription', row: { ...subscriptionRowOf(subscription, null) } }]);
}
