import type { Knex } from 'knex';
import { rollUp } from '../../src/ledger/roll-up';

/** Rolls up the whole journal and all commands. Another test's open transaction, in whatever database of the server, may hold it up for a while. */
export async function rollUpAll(db: Knex): Promise<void> {
  for (let left = true; left;) {
    await rollUp(db);
    const { rows } = await db.raw<{ rows: [{ left: boolean }] }>(`
      SELECT EXISTS (SELECT FROM ledger.journal WHERE xid >= rolled_up_to)
        OR EXISTS (SELECT FROM ledger.commands WHERE xid >= rolled_up_to) AS left FROM ledger.rollup_position`);
    left = rows[0].left;
  }
}
