import { z } from 'zod';
import { DomainError } from '../../../domain/errors';
import { getVisibleImage, setImageHidden } from '../../../store/images';
import { jsonBody } from '../../http/bodies/json-body';
import { defineOperation } from '../../http/operation';
import { idSchema } from '../../http/schemas';
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
  body: jsonBody(body),
  answers: { 200: { description: 'The image.', schema: imageSchema } },
  async find({ id, body: { customerId } }, { db }) {
    const image = await getVisibleImage(db, id, customerId);
    if (image.model?.ownerId !== customerId)
      throw new DomainError('not_found', `No image ${id} of your model.`);
    return image;
  },
  async handle({ body: { hidden } }, { db }, image) {
    await setImageHidden(db, image.id, hidden);
    return { status: 200, body: imageView({ ...image, hidden }) };
  },
});
