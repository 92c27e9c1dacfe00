import type { Knex } from 'knex';
import type { Action, Rights } from '../domain/catalog/catalog';
import { DomainError } from '../domain/errors';
import type { Instant } from '../domain/instants';
import type { SpendRequest, SpendStatus } from '../domain/spends/spend';
import type { StoreRecord } from '../ledger/commands';
import { deriveId } from '../platform/ids';
import { readPage, type Page, type PageRequest } from './pages';

/** What a spend delivered: a model, images, or a licence. */
export type SpendResult =
  { readonly modelId: string } | { readonly imageIds: readonly string[] } | { readonly licenseId: string };

/** Why a spend delivered less than was asked for. */
export interface SpendFailure {
  readonly code: string;
  readonly detail: string;
}

export interface Spend {
  readonly id: string;
  readonly customerId: string;
  readonly action: Action;
  readonly input: SpendRequest['input'];
  readonly status: SpendStatus;
  readonly unitCredits: number;
  readonly quantity: number;
  readonly reserved: number;
  readonly captured: number;
  readonly released: number;
  readonly catalogVersion: string;
  readonly rights: Rights;
  readonly result: SpendResult | null;
  readonly failure: SpendFailure | null;
  readonly workflowId: string;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

export interface SpendRow {
  id: string;
  customer_id: string;
  action: Action;
  input: SpendRequest['input'];
  status: SpendStatus;
  unit_credits: number;
  quantity: number;
  reserved: number;
  captured: number;
  released: number;
  catalog_version: string;
  rights: Rights;
  result: SpendResult | null;
  failure: SpendFailure | null;
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
    status: row.status,
    unitCredits: row.unit_credits,
    quantity: row.quantity,
    reserved: row.reserved,
    captured: row.captured,
    released: row.released,
    catalogVersion: row.catalog_version,
    rights: row.rights,
    result: row.result,
    failure: row.failure,
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
    status: spend.status,
    unit_credits: spend.unitCredits,
    quantity: spend.quantity,
    reserved: spend.reserved,
    captured: spend.captured,
    released: spend.released,
    catalog_version: spend.catalogVersion,
    rights: spend.rights,
    result: spend.result,
    failure: spend.failure,
    workflow_id: spend.workflowId,
    created_at: spend.createdAt,
    updated_at: spend.updatedAt,
  };
}

/** The spend as it is now; a terminal one in the table stays as it is. */
export function spendRecord(spend: Spend): StoreRecord {
  return { kind: 'spend', row: { ...spendRowOf(spend) } };
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
  const query = db<SpendRow>('app.spends').where({ status: 'reserved', action: 'generate_images' });
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
    .where({ customer_id: customerId, action: 'train_model' })
    .whereIn('status', ['reserved', 'running'])
    .whereRaw(`jsonb_exists(input -> 'uploadIds', ?)`, [id])
    .first('id');
}

/** Notes that the provider has accepted the work. A no-op when the spend is past that. */
export async function markSpendRunning(db: Knex, id: string, at: Instant): Promise<void> {
  await db('app.spends').where({ id, status: 'reserved' }).update({ status: 'running', updated_at: at });
}

/** A customer's spends by id, so that one after the other is erased; at most `limit`. */
export async function listSpendsToErase(
  db: Knex,
  customerId: string,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<readonly Pick<Spend, 'id' | 'action' | 'quantity'>[]> {
  return db<SpendRow>('app.spends')
    .where({ customer_id: customerId })
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .select('id', 'action', 'quantity');
}

/**
 * Erases a customer's own words from their spends, or from some of them: prompts, names of models, what a failure repeats of
 * them. Those that have none any more are left alone.
 */
export async function eraseWordsOfSpends(
  db: Knex,
  customerId: string,
  ids?: readonly string[],
): Promise<void> {
  const spends = db<SpendRow>('app.spends')
    .where({ customer_id: customerId })
    .whereRaw(`(jsonb_exists_any(input, '{prompt,name,uploadIds}') OR failure ->> 'detail' <> '')`);
  if (ids !== undefined) void spends.whereIn('id', [...ids]);
  await spends.update({
    input: db.raw(`input - '{prompt,name,uploadIds}'::text[]`),
    failure: db.raw(`failure || '{"detail": ""}'`),
  });
}

/** The id of the hold of a spend. */
export function holdIdOf(spendId: string): string {
  return deriveId('hld', spendId);
}
