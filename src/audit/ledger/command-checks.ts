import type { Check } from './check';

/** Recorded answers, against the rows that they should have written. */
export const COMMAND_CHECKS: readonly Check[] = [
  {
    name: 'commands_had_their_effect',
    sql: `
      SELECT 'ledger.commands' AS "table", c.key AS id, c.wallet_id AS customer_id,
        format('is recorded as %s %s, of which the ledger knows nothing else', c.op, c.outcome) AS problem
      FROM ledger.commands c
        LEFT JOIN ledger.wallets w ON w.id = c.wallet_id
        LEFT JOIN ledger.holds h ON h.id = c.reply ->> 'holdId'
        LEFT JOIN ledger.lots l ON l.grant_id = c.reply ->> 'grantId'
      WHERE c.key = ANY(:ids) AND c.outcome = 'applied' AND (w.id IS NOT NULL AND CASE
        -- A refund of nothing leaves its key on the hold.
        WHEN c.op = 'refund' AND c.reply ->> 'refunded' = '0' THEN h.wallet_id = c.wallet_id AND h.given_back = c.key
        WHEN c.op IN ('hold', 'settle', 'capture', 'void', 'refund') THEN h.wallet_id = c.wallet_id
        -- A grant that its limit left nothing to bring has no lot.
        WHEN c.op = 'grant' AND c.reply ->> 'granted' = '0' THEN c.reply ->> 'grantId' IS NULL
        WHEN c.op IN ('grant', 'expire') THEN l.wallet_id = c.wallet_id
        WHEN c.op IN ('clawback', 'clawback_undo') THEN EXISTS (SELECT FROM ledger.clawbacks b WHERE b.wallet_id = c.wallet_id)
        ELSE false END) IS NOT TRUE`,
  },
  {
    name: 'refusals_were_due',
    sql: `
      SELECT 'ledger.commands' AS "table", c.key AS id, c.wallet_id AS customer_id,
        format('refused %s credits with %s available', c.reply ->> 'required', c.available) AS problem
      FROM ledger.commands c
      WHERE c.key = ANY(:ids) AND c.outcome = 'insufficient_credits' AND ((c.reply ->> 'required')::numeric > c.available) IS NOT TRUE`,
  },
];
