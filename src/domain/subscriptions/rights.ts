import type { PlanId, Rights } from '../catalog/catalog';
import type { Instant } from '../instants';
import type { SubscriptionView } from './view';

/** What decides which plan's rights apply; a recorded row has it too. */
export type SeenSubscription = Pick<
  SubscriptionView,
  'status' | 'plan' | 'pendingPlan' | 'cancelAt' | 'paidThrough'
>;

/**
 * The plan whose rights apply at an instant, which must not be before that of the given state: null, which stands for the
 * catalog's default plan, unless the subscription is active or past due, null from its end on, and the pending plan as soon as
 * the paid time is over. Depends on the instant, so that a record that is written late never gives too many rights.
 */
export function planAt(seen: SeenSubscription | undefined, at: Instant): PlanId | null {
  if (seen === undefined || (seen.status !== 'active' && seen.status !== 'past_due')) return null;
  if (seen.cancelAt !== null && seen.cancelAt <= at) return null;
  const isOver = seen.paidThrough !== null && seen.paidThrough <= at;
  return isOver && seen.pendingPlan !== null ? seen.pendingPlan : seen.plan;
}

/**
 * The rights that are lost by a change from one plan to another: gone, or a smaller number. A watermark counts as losing clean
 * pictures.
 */
export function rightsLost(before: Rights, after: Rights): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.filter((name) =>
    name === 'watermark'
      ? levelOf(before, name) < levelOf(after, name)
      : levelOf(before, name) > levelOf(after, name),
  );
}

function levelOf(rights: Rights, name: string): number {
  return Number(rights[name] ?? false);
}
