import type { Knex } from 'knex';
import { DomainError } from '../domain/errors';
import type { Instant } from '../domain/instants';
import { isModelShownTo, type ModelFacts } from '../domain/works/visibility';
import type { StoreRecord } from '../ledger/commands';
import { deriveId } from '../platform/ids';
import { readPage, type Page, type PageRequest } from './pages';

/** A style model: learned from its owner's pictures, used to generate images. */
export interface Model extends ModelFacts {
  readonly name: string;
  readonly spendId: string | null;
  readonly createdAt: Instant;
}

interface ModelRow {
  id: string;
  owner_id: string;
  name: string;
  visibility: 'public' | 'private';
  status: ModelFacts['status'];
  version: string | null;
  spend_id: string | null;
  created_at: Instant;
}

export function modelOf(row: ModelRow): Model {
  return {
    id: row.id,
    ownerId: row.owner_id,
    name: row.name,
    visibility: row.visibility,
    status: row.status,
    version: row.version,
    spendId: row.spend_id,
    createdAt: row.created_at,
  };
}

export function modelRowOf(model: Model): ModelRow {
  return {
    id: model.id,
    owner_id: model.ownerId,
    name: model.name,
    visibility: model.visibility,
    status: model.status,
    version: model.version,
    spend_id: model.spendId,
    created_at: model.createdAt,
  };
}

/** A model that is trained by a spend; only its status and version change later, and only while it is training. */
export function modelRecord(model: Model): StoreRecord {
  return { kind: 'model', row: { ...modelRowOf(model) } };
}

/** Which models to list. `viewerId` undefined stands for the public. */
export interface ModelFilter {
  readonly viewerId?: string | undefined;
  readonly visibility?: 'public' | 'private' | undefined;
  readonly ownerId?: string | undefined;
}

/** The model of an id whoever asks, deleted ones too: for decisions, not for showing. */
export async function findModel(db: Knex, id: string): Promise<Model | undefined> {
  const row = await db<ModelRow>('app.models').where({ id }).first();
  return row === undefined ? undefined : modelOf(row);
}

/** The model as the viewer may see it (`isModelShownTo`). Throws `not_found` for what does not exist for them. */
export async function getVisibleModel(db: Knex, id: string, viewerId: string | undefined): Promise<Model> {
  const model = await findModel(db, id);
  if (model === undefined || !isModelShownTo(model, viewerId))
    throw new DomainError('not_found', `No model ${id}.`);
  return model;
}

/** The owner's own model. Throws `not_found` when it is somebody else's or deleted. */
export async function getOwnModel(db: Knex, id: string, ownerId: string): Promise<Model> {
  const model = await findModel(db, id);
  if (model === undefined || model.ownerId !== ownerId || model.status === 'deleted') {
    throw new DomainError('not_found', `No model ${id}.`);
  }
  return model;
}

/** The models that the viewer may see, newest first: public and ready ones, and their own. */
export async function listModels(db: Knex, filter: ModelFilter, page: PageRequest): Promise<Page<Model>> {
  const query = db<ModelRow>('app.models')
    .whereNot({ status: 'deleted' })
    .where((visible) => {
      void visible.where({ visibility: 'public', status: 'ready' });
      if (filter.viewerId !== undefined) void visible.orWhere({ owner_id: filter.viewerId });
    });
  if (filter.visibility !== undefined) void query.where({ visibility: filter.visibility });
  if (filter.ownerId !== undefined) void query.where({ owner_id: filter.ownerId });
  return readPage<ModelRow, Model>(query, page, modelOf);
}

/** Changes the name or the visibility of a model. Images keep the visibility that was stamped on them. */
export async function updateModel(
  db: Knex,
  id: string,
  change: { name?: string | undefined; visibility?: 'public' | 'private' | undefined },
): Promise<Model> {
  const values = {
    ...(change.name === undefined ? {} : { name: change.name }),
    ...(change.visibility === undefined ? {} : { visibility: change.visibility }),
  };
  if (Object.keys(values).length > 0) await db('app.models').where({ id }).update(values);
  const model = await findModel(db, id);
  if (model === undefined) throw new DomainError('not_found', `No model ${id}.`);
  return model;
}

/** Takes a model away for good; its images and licences stay. Idempotent. */
export async function deleteModel(db: Knex, id: string): Promise<void> {
  await db('app.models').where({ id }).update({ status: 'deleted' });
}

/** Takes all models of a customer away for good. Idempotent. */
export async function takeModelsAway(db: Knex, ownerId: string): Promise<void> {
  await db('app.models').where({ owner_id: ownerId }).update({ status: 'deleted' });
}

/** Erases the names of a customer's models, which are gone. */
export async function eraseModels(db: Knex, ownerId: string): Promise<void> {
  await db('app.models').where({ owner_id: ownerId }).update({ status: 'deleted', name: '' });
}

/** Writes a model that no spend trained (the house artist's). Idempotent by id. */
export async function insertModel(db: Knex, model: Model): Promise<void> {
  await db('app.models').insert(modelRowOf(model)).onConflict('id').ignore();
}

/** The id of the model that a spend trains. */
export function trainedModelIdOf(spendId: string): string {
  return deriveId('mdl', spendId);
}
