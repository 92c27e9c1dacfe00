import { z } from 'zod';
import { listModels as readModels } from '../../../store/models';
import { defineOperation } from '../../define-operation';
import { idSchema, pageOf, pageQuery, viewerQuery, visibilitySchema } from '../../schemas';
import { viewer } from '../belongings';
import { modelSchema, modelView } from './model-view';

const query = z.strictObject({
  visibility: visibilitySchema.optional(),
  ownerId: idSchema.optional(),
  ...viewerQuery,
  ...pageQuery,
});

export const listModels = defineOperation({
  summary: 'List models',
  description:
    "Without `customerId`: public models that are ready. With it: also that customer's own models.",
  tag: 'Models',
  access: 'customer',
  belongsTo: viewer,
  query,
  answers: { 200: { description: 'The models, newest first.', schema: pageOf(modelSchema) } },
  async handle({ query: { visibility, ownerId, cursor, limit } }, { db }, viewerId) {
    const page = await readModels(db, { viewerId, visibility, ownerId }, { cursor, limit });
    return { status: 200, body: { ...page, data: page.data.map(modelView) } };
  },
});
