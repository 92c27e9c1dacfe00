import { epochMsOf, instantOf, type Instant } from '../../src/domain/instants';
import { attemptDelivery } from './deliver';
import type { Delivery, Due, Store } from './store';
import { carryOut } from './tasks';
import type { Work } from './work';

export interface DueDeps {
  readonly store: Store;
  /** The work of an instant, in seconds. */
  readonly workAt: (at: number) => Work;
}

type Next =
  { readonly kind: 'task'; readonly due: Due } | { readonly kind: 'delivery'; readonly due: Delivery };

/**
 * Carries out everything that is due by `now`, in the order of the instants and each as of its own: renewals, charges,
 * expiries, and the deliveries of webhooks, one at a time. Answers when the next thing comes due; null when nothing will.
 */
export async function carryOutDue(deps: DueDeps, now: Instant): Promise<Instant | null> {
  const nowSeconds = epochMsOf(now) / 1000;
  for (;;) {
    const next = findNext(deps);
    if (next === undefined) return null;
    if (next.due.at > nowSeconds) return instantOf(Math.ceil(next.due.at * 1000));
    if (next.kind === 'task') {
      const { due } = next;
      deps.store.transact(() => carryOut(deps.workAt(due.at), due));
    } else {
      await attemptDelivery(deps.store, next.due, Math.floor(nowSeconds));
    }
  }
}

/** When the next thing comes due; null when nothing will. */
export function nextDueAt(deps: DueDeps): Instant | null {
  const next = findNext(deps);
  return next === undefined ? null : instantOf(Math.ceil(next.due.at * 1000));
}

/** At the same instant tasks come first, so that what they tell is delivered in its order. */
function findNext({ store }: DueDeps): Next | undefined {
  const task = earliest(store.tables.list('due'));
  const delivery = earliest(store.tables.list('delivery'));
  if (task !== undefined && task.at <= (delivery?.at ?? Infinity)) return { kind: 'task', due: task };
  return delivery === undefined ? undefined : { kind: 'delivery', due: delivery };
}

function earliest<T extends { readonly at: number }>(items: readonly T[]): T | undefined {
  return items.reduce<T | undefined>(
    (first, item) => (first !== undefined && first.at <= item.at ? first : item),
    undefined,
  );
}
