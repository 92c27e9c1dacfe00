import type { Scope } from '../../store/api-keys';

/** Who calls: an integrating server or an operator by key, or one customer by the token of a portal session. */
export type Caller =
  | { readonly kind: 'key'; readonly scopes: readonly Scope[] }
  | { readonly kind: 'portal'; readonly customerId: string };
