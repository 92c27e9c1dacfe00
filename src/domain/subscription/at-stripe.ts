import type { Interval, PlanId } from '../catalog';
import type { Credits } from '../credits';
import type { Instant, Period } from '../instants';

/** One thing that a subscription sells at Stripe, and what that stands for here. */
export interface ItemAtStripe {
  readonly priceId: string;
  readonly quantity: number;
  /** Null for a price that no catalog and no contract knows. */
  readonly sold: {
    readonly plan: PlanId;
    /** Every cycle, for all of the quantity. */
    readonly credits: Credits;
    readonly interval: Interval;
  } | null;
}

/** What a subscription is like at Stripe, read whole. Plain JSON, small: it is kept with the state. */
export interface AtStripe {
  readonly status: string;
  readonly items: readonly ItemAtStripe[];
  readonly collection: 'checkout' | 'invoice';
  /** No money is taken for now: it is paused, or only its collection is. */
  readonly isPaused: boolean;
  readonly trialEnd: Instant | null;
  readonly currentPeriod: Period;
  readonly cancelAt: Instant | null;
  readonly endedAt: Instant | null;
}

/** The item that stands for the plan; undefined when none does. */
export function planItemOf({ items }: AtStripe): ItemAtStripe | undefined {
  return items.find(({ sold }) => sold !== null);
}
