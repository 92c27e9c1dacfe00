import type { SubscriptionState } from './state';

/**
 * What a subscription is paid in, which never changes: it was opened in it. One from before that was kept goes by its contract, or by
 * what was paid last. Null when nothing says it: then the first currency of its plan's price.
 */
export function currencyOf({
  currency,
  contract,
  intervals,
}: Pick<SubscriptionState, 'currency' | 'contract' | 'intervals'>): string | null {
  return currency ?? contract?.price.currency ?? intervals.at(-1)?.paid.currency ?? null;
}
