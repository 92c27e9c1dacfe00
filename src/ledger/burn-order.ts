/**
 * The published order in which credits are used (README.md), as SQL over `ledger.lots` under the name `l`: earliest
 * expiry first (none last), then unpaid before paid, then oldest, then id; so credits that could be refunded last longest.
 */
export const BURN_ORDER = 'l.expires_at NULLS LAST, l.cost_minor > 0, l.granted_at, l.grant_id';
