import type { Knex } from 'knex';
import { balanceOf, type Wallet } from './reference-ledger';

/** The numbers of some wallets, their lots and holds, as the database has them: to be compared with `dumpReference`. */
export async function dumpWallets(db: Knex, ids: readonly string[]): Promise<unknown> {
  const { rows } = await db.raw<{ rows: readonly { dump: unknown }[] }>(
    `SELECT coalesce(jsonb_object_agg(w.id, jsonb_build_object(
       'available', w.available, 'held', w.held, 'owed', w.owed, 'effectiveAt', ${instant('w.effective_at')},
       'lots', (SELECT coalesce(jsonb_agg(jsonb_build_array(grant_id, free, held, spent, repaid, expired, clawed,
         ${instant('expires_at')}, allowance, up_to) ORDER BY lot_no), '[]') FROM ledger.lots WHERE wallet_id = w.id),
       'holds', (SELECT coalesce(jsonb_object_agg(id, jsonb_build_array(open, captured, released, refunded, royalty,
         royalty_reversed, state, action, exclusive, free, fulfilled, given_back)), '{}') FROM ledger.holds WHERE wallet_id = w.id))), '{}') AS dump
     FROM ledger.wallets w WHERE w.id = ANY (:ids)`,
    { ids },
  );
  return rows[0]?.dump;
}

/** The same out of the reference. */
export function dumpReference(wallets: ReadonlyMap<string, Wallet>): unknown {
  return Object.fromEntries(
    [...wallets].map(([id, wallet]) => [
      id,
      {
        ...balanceOf(wallet),
        effectiveAt: wallet.effectiveAt,
        lots: wallet.lots.map((lot) => [
          ...[lot.grantId, lot.free, lot.held, lot.spent, lot.repaid, lot.expired, lot.clawed, lot.expiresAt],
          ...[lot.allowance, lot.upTo],
        ]),
        holds: Object.fromEntries(
          wallet.holds.map(
            ({ id, open, captured, released, refunded, royalty, reversed, state, ...hold }) => [
              id,
              [
                ...[open, captured, released, refunded, royalty, reversed, state],
                ...[hold.action, hold.exclusive, hold.free, hold.fulfilled, hold.givenBack],
              ],
            ],
          ),
        ),
      },
    ]),
  );
}

function instant(column: string): string {
  return `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
