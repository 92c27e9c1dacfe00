import type { Knex } from 'knex';
import type { Rights } from '../domain/catalog';
import { DomainError } from '../domain/errors';
import type { Instant } from '../domain/instants';
import { findModel, type Model } from './models';
import { readPage, type Page, type PageRequest } from './pages';

export interface Image {
  readonly id: string;
  readonly ownerId: string;
  readonly modelId: string;
  readonly spendId: string;
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
  model_id: string;
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

/** The image of an id whoever asks; for decisions, not for showing. */
export async function findImage(db: Knex, id: string): Promise<Image | undefined> {
  const row = await db<ImageRow>('app.images').where({ id }).first();
  return row === undefined ? undefined : imageOf(row);
}

/**
 * The image as the viewer (undefined: the public) may see it. Its owner, the owner of its model when it is public, and
 * who has a licence always see it; others see a public one of a public model, unless it is hidden.
 * Throws `not_found`.
 */
export async function getVisibleImage(db: Knex, id: string, viewerId: string | undefined): Promise<Image> {
  const image = await findImage(db, id);
  if (image !== undefined && (await isShownTo(db, image, viewerId))) return image;
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

async function isShownTo(db: Knex, image: Image, viewerId: string | undefined): Promise<boolean> {
  if (image.ownerId === viewerId) return true;
  const model = await findModel(db, image.modelId);
  if (image.visibility === 'public' && model !== undefined && isOnLandingPage(image, model, viewerId))
    return true;
  if (viewerId === undefined) return false;
  const license = await db<{ image_id: string; customer_id: string }>('app.licenses')
    .where({ image_id: image.id, customer_id: viewerId })
    .first('image_id');
  return license !== undefined;
}

function isOnLandingPage(image: Image, model: Model, viewerId: string | undefined): boolean {
  if (model.ownerId === viewerId) return true;
  return !image.hidden && model.visibility === 'public' && model.status !== 'deleted';
}

function imageOf(row: ImageRow): Image {
  return {
    id: row.id,
    ownerId: row.owner_id,
    modelId: row.model_id,
    spendId: row.spend_id,
    visibility: row.visibility,
    hidden: row.hidden,
    width: row.width,
    height: row.height,
    objectKey: row.object_key,
    rights: row.rights,
    createdAt: row.created_at,
  };
}
