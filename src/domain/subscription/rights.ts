import type { PlanId, Rights } from '../catalog';
import type { Instant } from '../instants';
import type { SubscriptionView } from './view';

/** What must be known of a subscription to say whose rights hold; a recorded row has it too. */
export type SeenSubscription = Pick<
  SubscriptionView,
  'status' | 'plan' | 'pendingPlan' | 'cancelAt' | 'paidThrough'
>;

/**
 * The plan whose rights hold at an instant not before the one the subscription was seen at: Free unless it is active or past
 * due, Free from its end on, and the pending plan as soon as the paid time is over. Goes by the instant, so that a record
 * that is written late gives no rights too many.
 */
export function planAt(seen: SeenSubscription | undefined, at: Instant): PlanId {
  if (seen === undefined || (seen.status !== 'active' && seen.status !== 'past_due')) return 'free';
  if (seen.cancelAt !== null && seen.cancelAt <= at) return 'free';
  const isOver = seen.paidThrough !== null && seen.paidThrough <= at;
  return isOver && seen.pendingPlan !== null ? seen.pendingPlan : seen.plan;
}

/** The rights that are lost by going from one plan's to another's; a watermark is the loss of clean pictures. */
export function rightsLost(before: Rights, after: Rights): readonly (keyof Rights)[] {
  return (Object.keys(before) as (keyof Rights)[]).filter((right) =>
    right === 'watermark' ? after.watermark && !before.watermark : before[right] && !after[right],
  );
}
