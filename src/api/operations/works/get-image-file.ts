import { z } from 'zod';
import { findPictureType } from '../../../media/pictures';
import { watermark } from '../../../media/watermark';
import { getCustomerPlan } from '../../../store/customer-plan';
import type { Image } from '../../../store/images';
import { findLicense } from '../../../store/licenses';
import { findModel } from '../../../store/models';
import { defineOperation } from '../../define-operation';
import type { ApiDeps } from '../../deps';
import { viewerQuery } from '../../schemas';
import { visibleImage } from '../belongings';

export const getImageFile = defineOperation({
  summary: 'Download an image',
  description:
    'Watermarked for the public, and for its owner when it was made on a plan with watermarks. Clean for its licensee, and for its owner otherwise.',
  tag: 'Images',
  access: 'customer',
  belongsTo: visibleImage,
  query: z.strictObject(viewerQuery),
  answers: {
    200: {
      description: 'The picture.',
      contentType: 'image/*',
      headers: { 'Scrip-Watermark': '`true` or `false`.' },
    },
  },
  async handle({ query: { customerId: viewerId } }, deps, image) {
    const [clean, picture] = await Promise.all([
      isClean(deps, image, viewerId),
      deps.objectStore.get(image.objectKey),
    ]);
    // A marked picture is a PNG; a clean one is what its provider made.
    const contentType = clean ? (findPictureType(picture) ?? 'application/octet-stream') : 'image/png';
    return {
      status: 200,
      bytes: clean ? picture : await watermark(picture),
      contentType,
      headers: {
        'Scrip-Watermark': String(!clean),
        'Content-Disposition': `inline; filename="${image.id}.${contentType.replace(/^.*\//, '')}"`,
      },
    };
  },
});

/** A licence decides first; then the rights stamped on the image for its owner, and those of the day for its model's. */
async function isClean(deps: ApiDeps, image: Image, viewerId: string | undefined): Promise<boolean> {
  if (viewerId === undefined) return false;
  const { db } = deps;
  if ((await findLicense(db, image.id, viewerId)) !== undefined) return true;
  if (image.ownerId === viewerId && !image.rights.watermark) return true;
  if (image.modelId === null) return false;
  const model = await findModel(db, image.modelId);
  return (
    model?.ownerId === viewerId &&
    !(await getCustomerPlan(deps.db, viewerId, await deps.clock.now())).rights.watermark
  );
}
