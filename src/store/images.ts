import type { Knex } from 'knex';
import type { Rights } from '../domain/catalog/catalog';
import { DomainError } from '../domain/errors';
import type { Instant } from '../domain/instants';
import { isImageShownTo, type ImageFacts } from '../domain/works/visibility';
import type { StoreRecord } from '../ledger/commands';
import { deriveId } from '../platform/ids';
import { findLicense } from './licenses';
import { findModel } from './models';
import { readPage, type Page, type PageRequest } from './pages';

export interface Image {
  readonly id: string;
  readonly ownerId: string;
  /** What it was made with; null: no model of the marketplace. */
  readonly modelId: string | null;
  readonly spendId: string;
  /** Which one of its spend's it is, from 0. */
  readonly position: number;
  readonly visibility: 'public' | 'private';
  readonly hidden: boolean;
  readonly width: number;
  readonly height: number;
  readonly objectKey: string;
  /** The rights of the moment it was made. */
  readonly rights: Rights;
  readonly createdAt: Instant;
}

export interface ImageRow {
  id: string;
  owner_id: string;
  model_id: string | null;
  spend_id: string;
  position: number;
  visibility: 'public' | 'private';
  hidden: boolean;
  width: number;
  height: number;
  object_key: string;
  rights: Rights;
  created_at: Instant;
}

export function imageOf(row: ImageRow): Image {
  return {
    id: row.id,
    ownerId: row.owner_id,
    modelId: row.model_id,
    spendId: row.spend_id,
    position: row.position,
    visibility: row.visibility,
    hidden: row.hidden,
    width: row.width,
    height: row.height,
    objectKey: row.object_key,
    rights: row.rights,
    createdAt: row.created_at,
  };
}

export function imageRowOf(image: Image): ImageRow {
  return {
    id: image.id,
    owner_id: image.ownerId,
    model_id: image.modelId,
    spend_id: image.spendId,
    position: image.position,
    visibility: image.visibility,
    hidden: image.hidden,
    width: image.width,
    height: image.height,
    object_key: image.objectKey,
    rights: image.rights,
    created_at: image.createdAt,
  };
}

/** An image that a spend has made; a known one stays as it is. */
export function imageRecord(image: Image): StoreRecord {
  return { kind: 'image', row: { ...imageRowOf(image) } };
}

/** What a decision about the image goes by when the viewer (undefined: the public) asks; whether they see it is one. */
export async function findImageFacts(
  db: Knex,
  id: string,
  viewerId: string | undefined,
): Promise<(Image & ImageFacts) | undefined> {
  const row = await db<ImageRow>('app.images').where({ id }).first();
  if (row === undefined) return undefined;
  const [model, license] = await Promise.all([
    row.model_id === null ? null : findModel(db, row.model_id),
    viewerId === undefined ? undefined : findLicense(db, id, viewerId),
  ]);
  if (model === undefined) throw new Error(`image ${id} has no model`);
  return { ...imageOf(row), model, licensed: license !== undefined };
}

/** The image as the viewer may see it (`isImageShownTo`). Throws `not_found` for what does not exist for them. */
export async function getVisibleImage(
  db: Knex,
  id: string,
  viewerId: string | undefined,
): Promise<Image & ImageFacts> {
  const image = await findImageFacts(db, id, viewerId);
  if (image !== undefined && isImageShownTo(image, viewerId)) return image;
  throw new DomainError('not_found', `No image ${id}.`);
}

/** The landing page of a model: its public images that are not hidden, newest first. */
export async function listLandingPageImages(
  db: Knex,
  modelId: string,
  page: PageRequest,
): Promise<Page<Image>> {
  const query = db<ImageRow>('app.images').where({ model_id: modelId, visibility: 'public', hidden: false });
  return readPage<ImageRow, Image>(query, page, imageOf);
}

/** Hides an image from its model's landing page, or shows it again. */
export async function setImageHidden(db: Knex, id: string, hidden: boolean): Promise<void> {
  await db('app.images').where({ id }).update({ hidden });
}

/**
 * The images of spends, and which of them stay when their owner is erased: those that somebody holds a licence to, and public
 * ones of public models, which name nobody.
 */
export async function listImagesToErase(
  db: Knex,
  spendIds: readonly string[],
): Promise<readonly ImageToErase[]> {
  const { rows } = await db.raw<{ rows: ImageToErase[] }>(
    `SELECT i.id, i.object_key AS "objectKey", ${STAYS} AS stays
     FROM app.images i LEFT JOIN app.models m ON m.id = i.model_id WHERE i.spend_id = ANY (:spendIds)`,
    { spendIds: [...spendIds] },
  );
  return rows;
}

export interface ImageToErase extends Pick<Image, 'id' | 'objectKey'> {
  readonly stays: boolean;
}

/** Whether a customer who is being erased has images left that do not stay. */
export async function hasImagesToErase(db: Knex, ownerId: string): Promise<boolean> {
  const { rows } = await db.raw<{ rows: unknown[] }>(
    `SELECT FROM app.images i LEFT JOIN app.models m ON m.id = i.model_id
     WHERE i.owner_id = :ownerId AND NOT ${STAYS} LIMIT 1`,
    { ownerId },
  );
  return rows.length > 0;
}

export async function deleteImages(db: Knex, ids: readonly string[]): Promise<void> {
  await db('app.images').whereIn('id', ids).delete();
}

const STAYS = `((i.visibility = 'public' AND coalesce(m.visibility, 'private') = 'public')
  OR EXISTS (SELECT FROM app.licenses l WHERE l.image_id = i.id))`;

/** The id of the image that a spend makes, by its position among them. */
export function madeImageIdOf(spendId: string, position: number): string {
  return deriveId('img', spendId, position);
}
