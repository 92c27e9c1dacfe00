import { z } from 'zod';
import { DomainError } from '../../../domain/errors';
import { verifyUploadSignature } from '../../../media/signed-url';
import { getUpload } from '../../../store/uploads';
import { defineOperation } from '../../define-operation';
import { nobody } from '../../http/belongs-to';

const query = z.strictObject({ expires: z.string().optional(), signature: z.string().optional() });

export const getUploadFile = defineOperation({
  summary: 'Download an uploaded picture',
  description:
    'Used by the job provider: the link is signed, needs no key and expires. The file holds the picture only, without place or camera data.',
  tag: 'Models',
  access: 'public',
  belongsTo: nobody,
  query,
  answers: { 200: { description: 'The picture.', contentType: 'image/*' } },
  problems: ['unavailable'],
  async find({ id, query: { expires, signature } }, { db, clock, urlSigningSecret }) {
    const now = await clock.now();
    if (!verifyUploadSignature({ secret: urlSigningSecret, uploadId: id, expires, signature, now })) {
      throw new DomainError('not_found', 'The link is invalid or has expired.');
    }
    return getUpload(db, id);
  },
  async handle({ res }, { objectStore, pictureDesk }, upload) {
    const stored = await objectStore.get(upload.objectKey);
    if (upload.isStripped) return { status: 200, bytes: stored, contentType: upload.contentType };
    const gone = new AbortController();
    res.once('close', () => gone.abort());
    const { customerId } = upload;
    const { bytes, contentType } = await pictureDesk.prepare(stored, { customerId, signal: gone.signal });
    return { status: 200, bytes, contentType };
  },
});
