import type { Knex } from 'knex';
import type { Instant } from '../domain/instants';
import type { WorkReport } from '../domain/spends/external-end';

interface WorkReportRow {
  id: string;
  spend_id: string;
  reported_at: Instant;
  report: WorkReport;
  position: string;
}

/** What the integrator has said of the end of a spend, under the id of the request. */
export interface RecordedReport {
  readonly id: string;
  readonly report: WorkReport;
}

/**
 * Keeps a report of a spend that has not ended, which is heard of with it. A no-op when the report is there already. Answers
 * whether it is there: a spend that has ended takes none.
 */
export async function recordReport(
  db: Knex,
  { id, spendId, report, at }: { id: string; spendId: string; report: WorkReport; at: Instant },
): Promise<boolean> {
  return db.transaction(async (trx) => {
    const open = await trx('app.spends')
      .where({ id: spendId, runs: 'external' })
      .whereIn('status', ['reserved', 'running'])
      .update({ heard_at: trx.raw('greatest(heard_at, ?)', [at]) });
    if (open === 0) return false;
    await trx('app.work_reports')
      .insert({ id, spend_id: spendId, reported_at: at, report: JSON.stringify(report) })
      .onConflict('id')
      .ignore();
    return true;
  });
}

/** The first report of a spend; undefined when there is none, or when it has been settled. */
export async function findFirstReport(db: Knex, spendId: string): Promise<RecordedReport | undefined> {
  const row = await db<WorkReportRow>('app.work_reports')
    .where({ spend_id: spendId })
    .orderBy('position')
    .first();
  return row === undefined ? undefined : { id: row.id, report: row.report };
}

/** Forgets the reports of a spend that is settled: what counts of them is on the spend. */
export async function deleteReports(db: Knex, spendId: string): Promise<void> {
  await db('app.work_reports').where({ spend_id: spendId }).delete();
}
