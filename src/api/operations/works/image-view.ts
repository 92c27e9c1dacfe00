import { z } from 'zod';
import type { Image } from '../../../store/images';
import { answerId, answerInstant, visibilitySchema } from '../../schemas';

export const imageSchema = z
  .strictObject({
    id: answerId,
    ownerId: answerId,
    modelId: answerId.nullable().meta({ description: 'null: made without a model.' }),
    spendId: answerId,
    visibility: visibilitySchema,
    hidden: z.boolean().meta({ description: 'Taken from the landing page of its model.' }),
    width: z.int(),
    height: z.int(),
    createdAt: answerInstant,
  })
  .meta({ id: 'Image' });

/** An image, without its pixels. */
export function imageView(image: Image): z.output<typeof imageSchema> {
  const { id, ownerId, modelId, spendId, visibility, hidden, width, height, createdAt } = image;
  return { id, ownerId, modelId, spendId, visibility, hidden, width, height, createdAt };
}
