import type { Knex } from 'knex';
import { inspectUpload } from '../../../media/inspect-upload';
import { UPLOAD_RULES } from '../../../media/picture-limits';
import { newId } from '../../../platform/ids';
import { beingErased, getOpenCustomer, isErasureViolation } from '../../../store/customers';
import { hasUpload, insertUpload, type Upload } from '../../../store/uploads';
import { defineOperation } from '../../define-operation';
import { customerInBody } from '../../http/belongs-to';
import { pictureBody } from './picture-body';
import { uploadSchema, uploadView } from './upload-view';

export const createUpload = defineOperation({
  summary: 'Upload a picture',
  description: `${UPLOAD_RULES} A refusal says why in \`detail\`, and as one word in \`reason\`. Metadata (place, camera, times, texts) is removed before the picture is stored, and the picture is turned upright. AVIF and CMYK are stored as JPEG, or as WebP when they are transparent. The answer describes the stored picture.`,
  tag: 'Models',
  access: 'customer',
  belongsTo: customerInBody,
  body: pictureBody,
  answers: { 201: { description: 'The picture is stored.', schema: uploadSchema } },
  problems: ['state_conflict', 'rate_limited', 'unavailable'],
  find({ body: { customerId, file } }, { db }) {
    // Faults that the file's header shows come before an unknown customer; it is decoded only for a customer who exists.
    inspectUpload(file);
    return getOpenCustomer(db, customerId);
  },
  async handle({ body: { file, gone } }, { db, objectStore, pictureDesk, clock }, customer) {
    const { bytes, ...picture } = await pictureDesk.prepare(file, { customerId: customer.id, signal: gone });
    const id = newId('upl');
    const upload: Upload = {
      id,
      customerId: customer.id,
      ...picture,
      bytes: bytes.length,
      objectKey: `uploads/${id}`,
      isStripped: true,
      createdAt: await clock.now(),
    };
    // The row before the object, so that an erasure finds the picture; if the row is gone afterwards, there was an erasure.
    await insertUnlessErased(db, upload);
    await objectStore.put(upload.objectKey, bytes, picture.contentType);
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
