/** The prefixes of Stripe's ids, and the kind of object that each names. */
const KINDS: readonly (readonly [prefix: string, kind: string])[] = [
  ['in_', 'invoice'],
  ['cs_', 'checkout'],
  ['pi_', 'payment'],
  ['sub_', 'subscription'],
];

/** Names an object as Stripe's, because Scrip's own ids look similar. `id` is Stripe's, or that of a payment outside Stripe. */
export function stripesOwn(id: string): string {
  const kind = KINDS.find(([prefix]) => id.startsWith(prefix))?.[1];
  return kind === undefined ? `the payment ${id}` : `Stripe's ${kind} ${id}`;
}
