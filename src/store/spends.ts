import type { Knex } from 'knex';
import type { Action, ActionId, ActionInput, Rights } from '../domain/catalog/catalog';
import type { Duration } from '../domain/durations';
import { DomainError } from '../domain/errors';
import type { Instant } from '../domain/instants';
import type { SpendResult, SpendStatus } from '../domain/spends/spend';
import type { StoreRecord } from '../ledger/commands';
import { deriveId } from '../platform/ids';
import { readPage, type Page, type PageRequest } from './pages';

/** Why a spend delivered less than was asked for. */
export interface SpendFailure {
  readonly code: string;
  readonly detail: string;
}

export interface Spend {
  readonly id: string;
  readonly customerId: string;
  readonly action: ActionId;
  /** As it was sent. */
  readonly input: ActionInput;
  /** What is done, and what comes of it: as the action was when the credits were held. */
  readonly runs: Action['runs'];
  readonly delivers: Action['delivers'];
  readonly status: SpendStatus;
  /** May be a fraction, as the quantity may: what is held is whole. */
  readonly unitCredits: number;
  readonly quantity: number;
  /** The catalog's word for one unit. */
  readonly unit: string | null;
  readonly reserved: number;
  readonly captured: number;
  readonly released: number;
  readonly catalogVersion: string;
  readonly rights: Rights;
  readonly result: SpendResult | null;
  /** The provider's JSON, or what the integrator says of external work; null: there is none. */
  readonly output: unknown;
  readonly failure: SpendFailure | null;
  /** When the work must be done; null: it was done at once. */
  readonly deadlineAt: Instant | null;
  /** External work: how long nothing may be heard of it; null: until the deadline. */
  readonly silence: Duration | null;
  /** External work: when it was last heard of. */
  readonly heardAt: Instant | null;
  /** External work: what the last heartbeat said. */
  readonly progress: unknown;
  /** External work: the credits that it came to beyond those that were held. Nobody owes them. */
  readonly shortfall: number | null;
  /** External work: what it cost the integrator. */
  readonly costMinor: number | null;
  readonly costCurrency: string | null;
  /** External work: the input that the settlement was priced by. */
  readonly settledInput: ActionInput | null;
  /** External work: the report that it was settled by; null: something else ended it, or it has not ended. */
  readonly endedBy: string | null;
  readonly workflowId: string;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

export interface SpendRow {
  id: string;
  customer_id: string;
  action: ActionId;
  input: ActionInput;
  runs: Action['runs'];
  delivers: Action['delivers'];
  status: SpendStatus;
  unit_credits: number;
  quantity: number;
  unit: string | null;
  reserved: number;
  captured: number;
  released: number;
  catalog_version: string;
  rights: Rights;
  result: SpendResult | null;
  output: unknown;
  failure: SpendFailure | null;
  deadline_at: Instant | null;
  silence: Duration | null;
  heard_at: Instant | null;
  progress: unknown;
  shortfall: number | null;
  cost_minor: number | null;
  cost_currency: string | null;
  settled_input: ActionInput | null;
  ended_by: string | null;
  workflow_id: string;
  created_at: Instant;
  updated_at: Instant;
}

export function spendOf(row: SpendRow): Spend {
  return {
    id: row.id,
    customerId: row.customer_id,
    action: row.action,
    input: row.input,
    runs: row.runs,
    delivers: row.delivers,
    status: row.status,
    unitCredits: row.unit_credits,
    quantity: row.quantity,
    unit: row.unit,
    reserved: row.reserved,
    captured: row.captured,
    released: row.released,
    catalogVersion: row.catalog_version,
    rights: row.rights,
    result: row.result,
    output: row.output,
    failure: row.failure,
    deadlineAt: row.deadline_at,
    silence: row.silence,
    heardAt: row.heard_at,
    progress: row.progress,
    shortfall: row.shortfall,
    costMinor: row.cost_minor,
    costCurrency: row.cost_currency,
    settledInput: row.settled_input,
    endedBy: row.ended_by,
    workflowId: row.workflow_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function spendRowOf(spend: Spend): SpendRow {
  return {
    id: spend.id,
    customer_id: spend.customerId,
    action: spend.action,
    input: spend.input,
    runs: spend.runs,
    delivers: spend.delivers,
    status: spend.status,
    unit_credits: spend.unitCredits,
    quantity: spend.quantity,
    unit: spend.unit,
    reserved: spend.reserved,
    captured: spend.captured,
    released: spend.released,
    catalog_version: spend.catalogVersion,
    rights: spend.rights,
    result: spend.result,
    output: spend.output,
    failure: spend.failure,
    deadline_at: spend.deadlineAt,
    silence: spend.silence,
    heard_at: spend.heardAt,
    progress: spend.progress,
    shortfall: spend.shortfall,
    cost_minor: spend.costMinor,
    cost_currency: spend.costCurrency,
    settled_input: spend.settledInput,
    ended_by: spend.endedBy,
    workflow_id: spend.workflowId,
    created_at: spend.createdAt,
    updated_at: spend.updatedAt,
  };
}

/** The spend as it is now; a terminal one in the table stays as it is. */
export function spendRecord(spend: Spend): StoreRecord {
  return { kind: 'spend', row: { ...spendRowOf(spend) } };
}

/** SQLSTATE of `app.record` when a spend that was to end as silent was heard of meanwhile. */
export const HEARD_OF = 'SC001';

/** The spend as it ends because nothing was heard of it; refused with `HEARD_OF` if it was heard of since it was read. */
export function silentSpendRecord(spend: Spend): StoreRecord {
  return { ...spendRecord(spend), kind: 'silent_spend' };
}

/** The spend of an id; undefined when its credits were never reserved. */
export async function findSpend(db: Knex, id: string): Promise<Spend | undefined> {
  const row = await db<SpendRow>('app.spends').where({ id }).first();
  return row === undefined ? undefined : spendOf(row);
}

/** The spend of an id. Throws `not_found`. */
export async function getSpend(db: Knex, id: string): Promise<Spend> {
  const spend = await findSpend(db, id);
  if (spend === undefined) throw new DomainError('not_found', `No spend ${id}.`);
  return spend;
}

/** The spends of those ids that exist, in no order. */
export async function listSpendsById(db: Knex, ids: readonly string[]): Promise<Spend[]> {
  const rows = await db<SpendRow>('app.spends').whereIn('id', ids);
  return rows.map(spendOf);
}

/** A customer's spends, newest first. */
export async function listSpends(db: Knex, customerId: string, page: PageRequest): Promise<Page<Spend>> {
  return readPage<SpendRow, Spend>(
    db<SpendRow>('app.spends').where({ customer_id: customerId }),
    page,
    spendOf,
  );
}

/** The spends that were to generate with a model, or with any model of an owner's, and whose work has not begun. */
export async function listQueuedSpends(
  db: Knex,
  which: { readonly modelId: string } | { readonly ownerId: string },
): Promise<Spend[]> {
  const query = db<SpendRow>('app.spends').where({
    status: 'reserved',
    runs: 'provider',
    delivers: 'images',
  });
  const rows = await ('modelId' in which
    ? query.whereRaw(`input ->> 'modelId' = ?`, [which.modelId])
    : query.whereRaw(`input ->> 'modelId' IN (SELECT id FROM app.models WHERE owner_id = ?)`, [
        which.ownerId,
      ]));
  return rows.map(spendOf);
}

/** The training that learns from an upload of the customer's and has not ended; undefined when there is none. */
export async function findTrainingFrom(
  db: Knex,
  { id, customerId }: { readonly id: string; readonly customerId: string },
): Promise<Pick<Spend, 'id'> | undefined> {
  return db<SpendRow>('app.spends')
    .where({ customer_id: customerId, delivers: 'model' })
    .whereIn('status', ['reserved', 'running'])
    .whereRaw(`jsonb_exists(input -> 'uploadIds', ?)`, [id])
    .first('id');
}

/** Notes that the provider has accepted the work. A no-op when the spend is past that. */
export async function markSpendRunning(db: Knex, id: string, at: Instant): Promise<void> {
  await db('app.spends').where({ id, status: 'reserved' }).update({ status: 'running', updated_at: at });
}

/**
 * Notes that external work lives, and how far it is. Answers the spend as it is then; undefined when it has ended or is not external
 * work. Progress that is left out stays as it was.
 */
export async function recordHeartbeat(
  db: Knex,
  id: string,
  { progress, at }: { readonly progress?: unknown; readonly at: Instant },
): Promise<Spend | undefined> {
  const [row] = await db<SpendRow>('app.spends')
    .where({ id, runs: 'external' })
    .whereIn('status', ['reserved', 'running'])
    .update({
      status: 'running',
      heard_at: db.raw('greatest(heard_at, ?)', [at]),
      updated_at: db.raw('greatest(updated_at, ?)', [at]),
      ...(progress === undefined ? {} : { progress: progress === null ? null : JSON.stringify(progress) }),
    })
    .returning('*');
  return row === undefined ? undefined : spendOf(row);
}

/** Keeps what the provider answered, before the spend that it was asked for is settled. A no-op when it is. */
export async function recordOutput(db: Knex, id: string, output: unknown): Promise<void> {
  await db('app.spends')
    .where({ id })
    .whereIn('status', ['reserved', 'running'])
    .update({ output: JSON.stringify(output) });
}

/** A customer's spends by id, so that one after the other is erased; at most `limit`. */
export async function listSpendsToErase(
  db: Knex,
  customerId: string,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<readonly Spend[]> {
  const rows = await db<SpendRow>('app.spends')
    .where({ customer_id: customerId })
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit);
  return rows.map(spendOf);
}

/** Of an input only what names a model or an image of ours, and the numbers of a kind's own input, are nobody's words. */
const WORDLESS_INPUT = `CASE WHEN delivers IN ('images', 'license') THEN jsonb_strip_nulls(jsonb_build_object(
  'modelId', CASE WHEN input ->> 'modelId' LIKE 'mdl@_%' ESCAPE '@' THEN input -> 'modelId' END,
  'imageId', CASE WHEN input ->> 'imageId' LIKE 'img@_%' ESCAPE '@' THEN input -> 'imageId' END,
  'count', CASE WHEN jsonb_typeof(input -> 'count') = 'number' THEN input -> 'count' END,
  'seed', CASE WHEN jsonb_typeof(input -> 'seed') = 'number' THEN input -> 'seed' END)) ELSE '{}'::jsonb END`;

/**
 * Erases a customer's own words from their spends, or from some of them: what they asked for, what came of it as JSON, and what a
 * failure repeats of it. Those that have none any more are left alone.
 */
export async function eraseWordsOfSpends(
  db: Knex,
  customerId: string,
  ids?: readonly string[],
): Promise<void> {
  const spends = db<SpendRow>('app.spends')
    .where({ customer_id: customerId })
    .whereRaw(
      `(input <> ${WORDLESS_INPUT} OR failure ->> 'detail' <> '' OR num_nonnulls(output, progress, settled_input) > 0)`,
    );
  const reports = db('app.work_reports').whereIn(
    'spend_id',
    db('app.spends').where({ customer_id: customerId }).select('id'),
  );
  if (ids !== undefined) {
    void spends.whereIn('id', [...ids]);
    void reports.whereIn('spend_id', [...ids]);
  }
  await reports.delete();
  await spends.update({
    input: db.raw(WORDLESS_INPUT),
    failure: db.raw(`failure || '{"detail": ""}'`),
    output: null,
    progress: null,
    settled_input: null,
  });
}

/** The id of the hold of a spend. */
export function holdIdOf(spendId: string): string {
  return deriveId('hld', spendId);
}
