import type { Knex } from 'knex';

/**
 * The owners of rows, by their ids: the spend of a hold (and of a part of it, `hold/lot`), the subscription or order of a
 * payment. Rows without an owner are left out.
 */
export async function listOwnersOfRows(
  db: Knex,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await db.raw<{ rows: readonly { id: string; owner: string }[] }>(
    `SELECT asked.id, coalesce(h.spend_id, p.subscription_id, p.order_id) AS owner
     FROM unnest(:ids::text[]) asked (id)
     LEFT JOIN ledger.holds h ON h.id = split_part(asked.id, '/', 1)
     LEFT JOIN app.payments p ON p.id = asked.id
     WHERE coalesce(h.spend_id, p.subscription_id, p.order_id) IS NOT NULL`,
    { ids: [...new Set(ids)] },
  );
  return new Map(rows.map(({ id, owner }) => [id, owner]));
}
