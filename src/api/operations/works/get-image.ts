import { z } from 'zod';
import { getVisibleImage } from '../../../store/images';
import { defineOperation } from '../../http/operation';
import { viewerQuery } from '../../http/schemas';
import { getViewerId } from '../customers/viewer';
import { imageSchema, imageView } from './image-view';

export const getImage = defineOperation({
  summary: 'Get an image',
  tag: 'Images',
  access: 'customer',
  query: z.strictObject(viewerQuery),
  answers: { 200: { description: 'The image, without the file.', schema: imageSchema } },
  find: async ({ id, query }, { db }) => getVisibleImage(db, id, await getViewerId(db, query)),
  handle: (_call, _deps, image) => Promise.resolve({ status: 200, body: imageView(image) }),
});
