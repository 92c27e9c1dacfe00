import { z } from 'zod';
import { DomainError } from '../../domain/errors';
import { verifyUploadSignature } from '../../media/signed-url';
import { getUpload } from '../../store/uploads';
import { defineOperation } from '../operation';

const query = z.strictObject({ expires: z.string().optional(), signature: z.string().optional() });

export const getUploadFile = defineOperation({
  summary: 'Download an uploaded picture by its signed link',
  description:
    'For the job provider: the link needs no key and expires. There is nothing in the file but the picture: no place, no camera.',
  tag: 'Models',
  access: 'public',
  query,
  answers: { 200: { description: 'The picture.', contentType: 'image/*' } },
  problems: ['unavailable'],
  async find({ id, query: { expires, signature } }, { db, clock, urlSigningSecret }) {
    const now = await clock.now();
    if (!verifyUploadSignature({ secret: urlSigningSecret, uploadId: id, expires, signature, now })) {
      throw new DomainError('not_found', 'The link is not valid, or no longer.');
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
