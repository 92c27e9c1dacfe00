import type { Interval, PlanId } from '../catalog/catalog';
import type { Credits } from '../credits';
import type { Instant, Period } from '../instants';

/** One item of a subscription at Stripe, and the plan it stands for here. */
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

/** A subscription as it is at Stripe. Small, plain JSON: it is kept with the state. */
export interface AtStripe {
  readonly status: string;
  readonly items: readonly ItemAtStripe[];
  readonly collection: 'checkout' | 'invoice';
  /** No money is taken for now: the subscription or only its collection is paused. */
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
