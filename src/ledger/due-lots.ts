import type { Instant } from '../domain/instants';
import type { Allowance } from './commands';

/** Allowances that the next command would bring, and when it would: what a read adds without writing it. */
export interface Due {
  readonly at: Instant;
  /** No two of one `allowance`. */
  readonly allowances: readonly Allowance[];
}

/** What `dueLots` refers to, beside `:customerId`. */
export function dueParameters({ at, allowances }: Due): { dueAt: Instant; allowances: string } {
  return { dueAt: at, allowances: JSON.stringify(allowances) };
}

/**
 * SQL for the lots that allowances would become which are not recorded yet: what is left of each up to its limit, less what
 * repays the debt, in the order given. What is due to expire must have ended (`expireDue`). `owed` is the SQL of the debt. The same rules as `ledger.grant_allowances`, which a test
 * compares it with.
 */
export function dueLots(owed: string): string {
  return `
    SELECT b."grantId" COLLATE "C" AS grant_id, 'plan' AS source, b.brought AS credits, b.brought - r.repaid AS free, r.repaid,
      0 AS cost_minor, :dueAt::timestamptz AS granted_at, b."expiresAt" AS expires_at
    FROM (
      SELECT m.*, (sum(m.brought) OVER (ORDER BY m.position))::bigint - m.brought AS before
      FROM (
        SELECT a.*, x.position, greatest(0, least(a.credits, a."upTo" - (
          SELECT coalesce(sum(l.free + l.held), 0) FROM ledger.lots l
          WHERE l.wallet_id = :customerId AND l.allowance = a.allowance)))::bigint AS brought
        FROM jsonb_array_elements(:allowances::jsonb) WITH ORDINALITY x (value, position)
          CROSS JOIN LATERAL jsonb_to_record(x.value)
            AS a (key text, "grantId" text, allowance text, credits bigint, "upTo" bigint, "expiresAt" timestamptz)
        WHERE NOT EXISTS (SELECT FROM ledger.commands c WHERE c.key = a.key)
      ) m
    ) b CROSS JOIN LATERAL (SELECT greatest(0, least(b.brought, ${owed} - b.before)) AS repaid) r
    WHERE b.brought > 0`;
}
