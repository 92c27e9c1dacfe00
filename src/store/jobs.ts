import type { Knex } from 'knex';
import type { Instant } from '../domain/instants';
import type { Job, JobKind } from '../jobs/jobs';

/** What is known of a spend's job at the provider; lets a repeated activity go on where the last one stopped. */
export interface JobRecord {
  readonly spendId: string;
  readonly kind: JobKind;
  readonly providerId: string | null;
  readonly submitStartedAt: Instant | null;
  readonly submittedAt: Instant | null;
  readonly lastObject: Job | null;
  /** When the provider reported on it last by itself; null: never. */
  readonly heardAt: Instant | null;
  /** What it reported, where that cannot be read again. */
  readonly heardObject: Job | null;
}

interface JobRow {
  spend_id: string;
  kind: JobKind;
  provider_id: string | null;
  submit_started_at: Instant | null;
  submitted_at: Instant | null;
  last_object: Job | null;
  heard_at: Instant | null;
  heard_object: Job | null;
  updated_at: Instant;
}

/** Enough of a `data:` URL to say of what type it is. */
const DATA_HEAD_LENGTH = 40;

/** The job of a spend; undefined before the first submit. */
export async function findJob(db: Knex, spendId: string): Promise<JobRecord | undefined> {
  const row = await db<JobRow>('app.jobs').where({ spend_id: spendId }).first();
  if (row === undefined) return undefined;
  return {
    spendId: row.spend_id,
    kind: row.kind,
    providerId: row.provider_id,
    submitStartedAt: row.submit_started_at,
    submittedAt: row.submitted_at,
    lastObject: row.last_object,
    heardAt: row.heard_at,
    heardObject: row.heard_object,
  };
}

/** The spend that a provider's job belongs to; undefined for a job that is none of ours. */
export async function findSpendIdOfJob(db: Knex, providerId: string): Promise<string | undefined> {
  const row = await db<JobRow>('app.jobs').where({ provider_id: providerId }).first('spend_id');
  return row?.spend_id;
}

/** Notes, before the request leaves, that a submit is under way: from here on its outcome may be unknown. */
export async function recordSubmitStarted(
  db: Knex,
  spendId: string,
  kind: JobKind,
  at: Instant,
): Promise<void> {
  await db('app.jobs')
    .insert({ spend_id: spendId, kind, submit_started_at: at, updated_at: at })
    .onConflict('spend_id')
    .merge(['submit_started_at', 'updated_at']);
}

/** Notes that the provider made nothing of a submit (it was full, or refused it): its outcome is known. */
export async function recordSubmitRefused(db: Knex, spendId: string, at: Instant): Promise<void> {
  await db('app.jobs').where({ spend_id: spendId }).update({ submit_started_at: null, updated_at: at });
}

/**
 * Records the provider's object, also a late one that no longer changes the spend; none of a customer who was erased. An output that
 * was asked for as JSON stands on the spend alone.
 */
export async function recordJob(db: Knex, spendId: string, job: Job, at: Instant): Promise<void> {
  await db('app.jobs')
    .where({ spend_id: spendId })
    .whereNotExists(erasedCustomerOf(db, spendId))
    .update({
      provider_id: job.providerId,
      submitted_at: db.raw('coalesce(submitted_at, ?)', [at]),
      last_object: JSON.stringify({ ...job, output: null, outputs: job.outputs.map(withoutData) }),
      updated_at: at,
    });
}

/**
 * Notes that the provider reported on a spend's job: the id that it gave it, should its answer to the submit have been
 * lost, and `heard`, where that cannot be read again. The first end wins, in whatever order reports come.
 */
export async function recordHeardJob(
  db: Knex,
  spendId: string,
  { providerId, heard }: { readonly providerId: string; readonly heard: Job | null },
  at: Instant,
): Promise<void> {
  await db('app.jobs')
    .where({ spend_id: spendId })
    .whereNotExists(erasedCustomerOf(db, spendId))
    .update({
      heard_at: at,
      provider_id: db.raw('coalesce(provider_id, ?)', [providerId]),
      ...(heard === null
        ? {}
        : {
            heard_object: db.raw(
              `CASE WHEN heard_object IS NULL OR heard_object ->> 'status' IN ('starting', 'processing')
                    THEN ?::jsonb ELSE heard_object END`,
              [JSON.stringify(heard)],
            ),
          }),
    });
}

/** Forgets what was reported of a job whose outputs are stored: the pictures themselves may stand in it. */
export async function forgetHeardJob(db: Knex, spendId: string): Promise<void> {
  await db('app.jobs')
    .where({ spend_id: spendId })
    .whereNotNull('heard_object')
    .update({ heard_object: null });
}

/** Forgets what the provider said of a customer's jobs; that there was one stays. */
export async function eraseJobs(db: Knex, customerId: string): Promise<void> {
  const spends = db('app.spends').where({ customer_id: customerId }).select('id');
  await db('app.jobs').whereIn('spend_id', spends).update({ last_object: null, heard_object: null });
}

function erasedCustomerOf(db: Knex, spendId: string) {
  return db('app.spends')
    .join('app.customers', 'app.customers.id', 'app.spends.customer_id')
    .where({ 'app.spends.id': spendId })
    .whereNotNull('app.customers.erased_at');
}

/** A provider without storage answers the pictures themselves, as `data:` URLs; a record only says that they were there. */
function withoutData(output: string | null): string | null {
  return output?.startsWith('data:') ? output.slice(0, DATA_HEAD_LENGTH) : output;
}
