import { z } from 'zod';
import { defineOperation } from '../../define-operation';
import { viewerQuery } from '../../schemas';
import { visibleImage } from '../belongings';
import { imageSchema, imageView } from './image-view';

export const getImage = defineOperation({
  summary: 'Get an image',
  tag: 'Images',
  access: 'customer',
  belongsTo: visibleImage,
  query: z.strictObject(viewerQuery),
  answers: { 200: { description: 'The image, without the file.', schema: imageSchema } },
  handle: (_call, _deps, image) => Promise.resolve({ status: 200, body: imageView(image) }),
});
