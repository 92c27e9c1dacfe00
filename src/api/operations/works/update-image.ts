import { z } from 'zod';
import { setImageHidden } from '../../../store/images';
import { defineOperation } from '../../define-operation';
import { jsonBody } from '../../http/bodies/json-body';
import { idSchema } from '../../schemas';
import { imageOfOwnModel } from '../belongings';
import { imageSchema, imageView } from './image-view';

const body = z.strictObject({
  customerId: idSchema.meta({ description: 'The owner of the model.' }),
  hidden: z.boolean(),
});

export const updateImage = defineOperation({
  summary: 'Hide or show an image',
  description:
    'Hides an image from the public page of a model of the customer, or shows it again. No credits move, and licences stay valid.',
  tag: 'Images',
  access: 'customer',
  belongsTo: imageOfOwnModel,
  body: jsonBody(body),
  answers: { 200: { description: 'The image.', schema: imageSchema } },
  async handle({ body: { hidden } }, { db }, image) {
    await setImageHidden(db, image.id, hidden);
    return { status: 200, body: imageView({ ...image, hidden }) };
  },
});
