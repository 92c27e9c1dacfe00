import type { Knex } from 'knex';
import { DomainError } from '../domain/errors';
import type { Instant } from '../domain/instants';

/** A picture that a customer gave us to train from. */
export interface Upload {
  readonly id: string;
  readonly customerId: string;
  readonly contentType: string;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  readonly objectKey: string;
  /** Whether the object is the picture alone; false for what was stored before places and cameras were taken out. */
  readonly isStripped: boolean;
  readonly createdAt: Instant;
}

interface UploadRow {
  id: string;
  customer_id: string;
  content_type: string;
  width: number;
  height: number;
  bytes: number;
  object_key: string;
  is_stripped: boolean;
  created_at: Instant;
}

export function uploadOf(row: UploadRow): Upload {
  return {
    id: row.id,
    customerId: row.customer_id,
    contentType: row.content_type,
    width: row.width,
    height: row.height,
    bytes: row.bytes,
    objectKey: row.object_key,
    isStripped: row.is_stripped,
    createdAt: row.created_at,
  };
}

export function uploadRowOf(upload: Upload): UploadRow {
  return {
    id: upload.id,
    customer_id: upload.customerId,
    content_type: upload.contentType,
    width: upload.width,
    height: upload.height,
    bytes: upload.bytes,
    object_key: upload.objectKey,
    is_stripped: upload.isStripped,
    created_at: upload.createdAt,
  };
}

/** Records an upload. Idempotent by id. */
export async function insertUpload(db: Knex, upload: Upload): Promise<void> {
  await db('app.uploads').insert(uploadRowOf(upload)).onConflict('id').ignore();
}

/** The upload of an id. Throws `not_found`. */
export async function getUpload(db: Knex, id: string): Promise<Upload> {
  const row = await db<UploadRow>('app.uploads').where({ id }).first();
  if (row === undefined) throw new DomainError('not_found', `No upload ${id}.`);
  return uploadOf(row);
}

/** The customer's own upload. Throws `not_found` when it is somebody else's. */
export async function getOwnUpload(db: Knex, id: string, customerId: string): Promise<Upload> {
  const upload = await getUpload(db, id);
  if (upload.customerId !== customerId) throw new DomainError('not_found', `No upload ${id}.`);
  return upload;
}

/** Which of the ids are uploads of this customer. */
export async function listOwnUploadIds(
  db: Knex,
  customerId: string,
  ids: readonly string[],
): Promise<string[]> {
  const rows = await db<UploadRow>('app.uploads')
    .select('id')
    .where({ customer_id: customerId })
    .whereIn('id', ids);
  return rows.map((row) => row.id);
}

/** Whether an upload is still there: its customer may have been erased since. */
export async function hasUpload(db: Knex, id: string): Promise<boolean> {
  return (await db<UploadRow>('app.uploads').where({ id }).first('id')) !== undefined;
}

/** A customer's uploads, at most `limit`, in no order. */
export async function listUploads(db: Knex, customerId: string, limit: number): Promise<readonly Upload[]> {
  const rows = await db<UploadRow>('app.uploads').where({ customer_id: customerId }).limit(limit);
  return rows.map(uploadOf);
}

export async function deleteUploads(db: Knex, ids: readonly string[]): Promise<void> {
  await db('app.uploads').whereIn('id', ids).delete();
}
