import type { Knex } from 'knex';
import { query } from './query';

/** Transactions in one step: even if each was a full batch, a step stays well within the statement timeout. */
const XIDS_MAX = 1_000;
/** Steps in one call, so that a sweep returns; the next call continues. */
const STEPS_MAX = 100;

/**
 * Adds new rows to the monthly sums that the reports read and to the digests that the audit compares. Safe to
 * call from several processes: one works, the others return at once. The reports are exact without it, only slower.
 */
export async function rollUp(db: Knex): Promise<void> {
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const [row] = await query<{ more: boolean }>(db, 'SELECT ledger.roll_up(:xidsMax) AS more', {
      xidsMax: XIDS_MAX,
    });
    if (row?.more !== true) return;
  }
}

/** Whether there are new rows that no running transaction can add to any more. */
export async function hasRowsToRollUp(db: Knex): Promise<boolean> {
  const [row] = await query<{ found: boolean }>(
    db,
    `SELECT EXISTS (SELECT FROM ledger.journal WHERE xid >= p.rolled_up_to AND xid < newest)
         OR EXISTS (SELECT FROM ledger.commands WHERE xid >= p.rolled_up_to AND xid < newest) AS found
     FROM ledger.rollup_position p, pg_snapshot_xmin(pg_current_snapshot()) AS newest`,
    {},
  );
  return row?.found === true;
}
