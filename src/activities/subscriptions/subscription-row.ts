import { viewOf, type SubscriptionState } from '../../domain/subscriptions/subscription';
import type { SubscriptionRow } from '../../store/subscriptions';

/** The row of a subscription: what can be seen of it, and the machine's whole state. */
export function subscriptionRowOf(state: SubscriptionState): SubscriptionRow {
  const view = viewOf(state);
  return {
    id: state.subscriptionId,
    customer_id: state.customerId,
    plan: view.plan,
    interval: state.interval,
    collection: state.collection,
    status: view.status,
    catalog_version: state.catalogVersion,
    contract_id: state.contract?.contractId ?? null,
    anchor_at: view.anchorAt,
    era: view.era,
    cycle: view.cycle,
    current_period_start: view.currentPeriod?.start ?? null,
    current_period_end: view.currentPeriod?.end ?? null,
    paid_through: view.paidThrough,
    next_grant_at: view.nextGrant?.at ?? null,
    next_grant_credits: view.nextGrant?.credits ?? null,
    cancel_at: view.cancelAt,
    pending_plan: view.pendingPlan,
    checkout_url: view.status === 'incomplete' ? (state.checkout?.url ?? null) : null,
    stripe_subscription_id: state.stripeSubscriptionId,
    state,
    revision: state.revision,
    created_at: state.createdAt,
    updated_at: state.at,
  };
}
