import type { Instant } from '../instants';

/** Something that is paid for, set up or running when a customer is to be erased. */
export type Blocker =
  /** Live, or opened and not paid yet. */
  | { readonly kind: 'subscription'; readonly id: string; readonly status: string; readonly plan: string }
  /** Months of a canceled subscription that are paid for and not granted yet; `id` is the subscription's. */
  | { readonly kind: 'paid_cycles'; readonly id: string; readonly nextGrantAt: Instant }
  /** `id` is the customer's. */
  | { readonly kind: 'auto_top_up'; readonly id: string }
  | { readonly kind: 'spend'; readonly id: string; readonly status: string; readonly action: string }
  /** An external hold. */
  | { readonly kind: 'hold'; readonly id: string; readonly credits: number }
  /** An order whose payment is not known. */
  | { readonly kind: 'add_on'; readonly id: string; readonly status: string };

/**
 * The blockers that must have ended before a customer is erased. Paid months need not end: they are granted to a wallet that
 * belongs to nobody, and nobody is charged.
 */
export function awaitedOf(blockers: readonly Blocker[]): readonly Blocker[] {
  return blockers.filter(({ kind }) => kind !== 'paid_cycles');
}

/** How an erasure stands. */
export type ErasureStanding =
  /** There are blockers and nobody asked to end them: nothing has changed. */
  | { readonly outcome: 'blocked'; readonly blockers: readonly Blocker[] }
  | { readonly outcome: 'erasing'; readonly waitsFor: readonly Blocker[] }
  | { readonly outcome: 'erased' };
