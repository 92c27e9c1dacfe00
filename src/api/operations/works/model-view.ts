import { z } from 'zod';
import type { Model } from '../../../store/models';
import { answerId, answerInstant, visibilitySchema } from '../../schemas';

export const modelSchema = z
  .strictObject({
    id: answerId,
    ownerId: answerId,
    name: z.string(),
    visibility: visibilitySchema,
    status: z.enum(['training', 'ready', 'failed', 'deleted']),
    version: z.string().nullable(),
    createdAt: answerInstant,
  })
  .meta({ id: 'Model' });

/** A style model. */
export function modelView(model: Model): z.output<typeof modelSchema> {
  const { id, ownerId, name, visibility, status, version, createdAt } = model;
  return { id, ownerId, name, visibility, status, version, createdAt };
}
