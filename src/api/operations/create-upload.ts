import type { Knex } from 'knex';
import { DomainError } from '../../domain/errors';
import { PICTURE_SIDE_MIN, readPicture } from '../../media/pictures';
import { newId } from '../../platform/ids';
import { beingErased, getOpenCustomer, isErasureViolation } from '../../store/customers';
import { hasUpload, insertUpload, type Upload } from '../../store/uploads';
import { pictureBody } from '../bodies/picture-body';
import { defineOperation } from '../operation';
import { uploadSchema, uploadView } from '../views/upload-view';

export const createUpload = defineOperation({
  summary: 'Upload a picture',
  tag: 'Models',
  access: 'customer',
  body: pictureBody,
  answers: { 201: { description: 'The picture is stored.', schema: uploadSchema } },
  problems: ['state_conflict'],
  async find({ body: { customerId, file } }, { db }) {
    // Malformed before unknown: what is no picture is refused as such, whoever sends it.
    const picture = await readPicture(file, PICTURE_SIDE_MIN);
    if (picture === undefined) {
      throw new DomainError(
        'invalid_request',
        `The file must be a whole PNG, JPEG or WebP picture of at least ${PICTURE_SIDE_MIN} pixels a side.`,
        { field: 'file' },
      );
    }
    return { customer: await getOpenCustomer(db, customerId), picture };
  },
  async handle({ body: { file } }, { db, objectStore, clock }, { customer, picture }) {
    const id = newId('upl');
    const upload: Upload = {
      id,
      customerId: customer.id,
      ...picture,
      bytes: file.length,
      objectKey: `uploads/${id}`,
      createdAt: await clock.now(),
    };
    // The row first, so that whoever erases the customer finds the picture; where there is no row any more they have been here.
    await insertUnlessErased(db, upload);
    await objectStore.put(upload.objectKey, file, picture.contentType);
    if (!(await hasUpload(db, id))) {
      await objectStore.remove(upload.objectKey);
      throw beingErased();
    }
    return { status: 201, body: uploadView(upload) };
  },
});

async function insertUnlessErased(db: Knex, upload: Upload): Promise<void> {
  try {
    await insertUpload(db, upload);
  } catch (error) {
    throw isErasureViolation(error) ? beingErased() : error;
  }
}
