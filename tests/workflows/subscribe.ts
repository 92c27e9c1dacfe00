import type { PlanId } from '../../src/domain/catalog/catalog';
import { instantOf } from '../../src/domain/instants';
import { newId } from '../../src/platform/ids';
import { subscriptionRecord, writeRecords } from '../../src/store/records';
import type { House } from './house';

/** Makes a customer a subscriber by what is recorded, for tests of what a plan allows. */
export async function subscribe(
  { db, catalog }: House,
  customerId: string,
  plan: Exclude<PlanId, 'free'>,
): Promise<void> {
  const at = instantOf(Date.now());
  const end = instantOf(Date.now() + 86_400_000);
  const row = {
    id: newId('sub'),
    customer_id: customerId,
    plan,
    interval: 'month',
    collection: 'checkout',
    status: 'active',
    catalog_version: catalog.version,
    contract_id: null,
    anchor_at: at,
    era: 0,
    cycle: 0,
    current_period_start: at,
    current_period_end: end,
    paid_through: end,
    next_grant_at: null,
    next_grant_credits: null,
    cancel_at: null,
    pending_plan: null,
    checkout_url: null,
    stripe_subscription_id: null,
    state: null,
    revision: 1,
    created_at: at,
    updated_at: at,
  } as const;
  await writeRecords(db, [subscriptionRecord(row)]);
}
