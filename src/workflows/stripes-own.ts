/** What Stripe's ids begin with, and what they are ids of. */
const KINDS: readonly (readonly [prefix: string, kind: string])[] = [
  ['in_', 'invoice'],
  ['cs_', 'checkout'],
  ['pi_', 'payment'],
  ['sub_', 'subscription'],
];

/** An object at Stripe, said to be Stripe's: ids of ours look alike. `id` is one of Stripe's, or that of a payment past it. */
export function stripesOwn(id: string): string {
  const kind = KINDS.find(([prefix]) => id.startsWith(prefix))?.[1];
  return kind === undefined ? `the payment ${id}` : `Stripe's ${kind} ${id}`;
}
