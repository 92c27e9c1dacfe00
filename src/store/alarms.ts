import type { Knex } from 'knex';
import type { Alarm, AlarmCause, AlarmKind } from '../domain/alarms';
import type { Instant } from '../domain/instants';
import { newId } from '../platform/ids';
import { readPage, type Page, type PageRequest } from './pages';

interface AlarmRow {
  id: string;
  kind: AlarmKind;
  subject: string;
  customer_id: string | null;
  workflow_id: string | null;
  todo: string;
  created_at: Instant;
  seen_at: Instant;
  ended_at: Instant | null;
}

/**
 * Rings an alarm, or notes that its cause is still there: one kind and subject is one alarm until it ends. Answers whether it
 * is new. Idempotent.
 */
export async function raiseAlarm(db: Knex, cause: AlarmCause, at: Instant): Promise<boolean> {
  const { rows } = await db.raw<{ rows: readonly { is_new: boolean }[] }>(
    `INSERT INTO app.alarms AS a (id, kind, subject, customer_id, workflow_id, todo, created_at, seen_at)
     VALUES (:id, :kind, :subject, :customerId, :workflowId, :todo, :at, :at)
     ON CONFLICT (kind, subject) WHERE ended_at IS NULL DO UPDATE SET
       customer_id = coalesce(EXCLUDED.customer_id, a.customer_id),
       workflow_id = coalesce(EXCLUDED.workflow_id, a.workflow_id),
       todo = EXCLUDED.todo, seen_at = greatest(a.seen_at, EXCLUDED.seen_at)
     RETURNING xmax = 0 AS is_new`,
    { ...cause, id: newId('alm'), at },
  );
  return rows[0]?.is_new === true;
}

/** Ends an alarm whose cause is gone. Answers whether there was one. Idempotent. */
export async function endAlarm(
  db: Knex,
  { kind, subject }: Pick<AlarmCause, 'kind' | 'subject'>,
  at: Instant,
): Promise<boolean> {
  const ended = await db<AlarmRow>('app.alarms')
    .where({ kind, subject })
    .whereNull('ended_at')
    .update({ ended_at: at });
  return ended > 0;
}

/** The alarms of some kinds whose cause was not seen since an instant, oldest first. */
export async function listUnseenAlarms(
  db: Knex,
  kinds: readonly AlarmKind[],
  seenBefore: Instant,
): Promise<readonly Alarm[]> {
  const rows = await db<AlarmRow>('app.alarms')
    .whereIn('kind', [...kinds])
    .whereNull('ended_at')
    .where('seen_at', '<', seenBefore)
    .orderBy(['created_at', 'id']);
  return rows.map(alarmOf);
}

/** The alarms that ring now, newest first. */
export function listAlarms(db: Knex, page: PageRequest): Promise<Page<Alarm>> {
  return readPage(db<AlarmRow>('app.alarms').whereNull('ended_at'), page, alarmOf);
}

/** All alarms that ring now, oldest first. */
export async function listAllAlarms(db: Knex): Promise<readonly Alarm[]> {
  const rows = await db<AlarmRow>('app.alarms').whereNull('ended_at').orderBy(['created_at', 'id']);
  return rows.map(alarmOf);
}

/** How many alarms of each kind ring now. */
export async function countAlarms(db: Knex): Promise<readonly { kind: AlarmKind; count: number }[]> {
  const rows = await db<AlarmRow>('app.alarms')
    .whereNull('ended_at')
    .groupBy('kind')
    .select<{ kind: AlarmKind; count: string }[]>('kind', db.raw('count(*) AS count'));
  return rows.map(({ kind, count }) => ({ kind, count: Number(count) }));
}

function alarmOf(row: AlarmRow): Alarm {
  return {
    id: row.id,
    kind: row.kind,
    subject: row.subject,
    customerId: row.customer_id,
    workflowId: row.workflow_id,
    todo: row.todo,
    since: row.created_at,
  };
}
