import type { Knex } from 'knex';

interface Row {
  readonly code: string;
  readonly debit: string;
  readonly credit: string;
  readonly credits: number;
  readonly key: string;
  readonly reason: string | null;
  readonly lots: string | null;
}

/**
 * Every row of a customer's journal, without what differs from one customer to the next: ids and instants. Sorted, for
 * effects that do not depend on each other may come in any order; each row still says what it took from which lot.
 */
export async function journalRows(db: Knex, customerId: string): Promise<readonly string[]> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `SELECT j.code, j.debit, j.credit, j.credits, j.key, j.reason, (
       SELECT string_agg(format('%s %s of %s', touched.credits, l.source, l.credits), ', ' ORDER BY l.source, l.credits)
       FROM unnest(j.lot_nos, j.lot_credits) AS touched (lot_no, credits)
         JOIN ledger.lots l ON l.wallet_id = j.wallet_id AND l.lot_no = touched.lot_no) AS lots
     FROM ledger.journal j WHERE j.wallet_id = ? AND j.seq > 0`,
    [customerId],
  );
  return rows.map(nameless).sort();
}

function nameless({ code, debit, credit, credits, key, reason, lots }: Row): string {
  const text = [code, `${debit} → ${credit}`, String(credits), key, reason, lots].join(' | ');
  return text
    .replace(/\b([a-z]{2,4})_[A-Za-z0-9]{10,}/g, '$1')
    .replace(/\d{4}-\d\d-\d\d(T[\d:.]+Z)?/g, 'then');
}
