import { z } from 'zod';
import { DomainError } from '../../domain/errors';
import { verifyUploadSignature } from '../../media/signed-url';
import { getUpload } from '../../store/uploads';
import { defineOperation } from '../operation';

const query = z.strictObject({ expires: z.string().optional(), signature: z.string().optional() });

export const getUploadFile = defineOperation({
  summary: 'Download an uploaded picture',
  description: 'Used by the job provider: the link is signed, needs no key and expires.',
  tag: 'Models',
  access: 'public',
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
  async handle(_call, { objectStore }, upload) {
    return {
      status: 200,
      bytes: await objectStore.get(upload.objectKey),
      contentType: upload.contentType,
    };
  },
});
