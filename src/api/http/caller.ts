/** Who calls: an integrating server or an operator by key, or one customer by the token of a portal session. */
export type Caller =
  | { readonly kind: 'key'; readonly scopes: readonly ('customer' | 'operator')[] }
  | { readonly kind: 'portal'; readonly customerId: string };
