import type Stripe from 'stripe';

/** Metadata after an update: an empty value takes its key away, other keys stay. */
export function mergeMetadata(
  current: Stripe.Metadata | null,
  given: Readonly<Record<string, string>> | undefined,
): Stripe.Metadata {
  const merged = { ...current, ...given };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ''));
}
