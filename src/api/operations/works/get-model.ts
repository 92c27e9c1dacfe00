import { z } from 'zod';
import { getVisibleModel } from '../../../store/models';
import { defineOperation } from '../../http/operation';
import { viewerQuery } from '../../http/schemas';
import { getViewerId } from '../customers/viewer';
import { modelSchema, modelView } from './model-view';

export const getModel = defineOperation({
  summary: 'Get a model',
  tag: 'Models',
  access: 'customer',
  query: z.strictObject(viewerQuery),
  answers: { 200: { description: 'The model.', schema: modelSchema } },
  find: async ({ id, query }, { db }) => getVisibleModel(db, id, await getViewerId(db, query)),
  handle: (_call, _deps, model) => Promise.resolve({ status: 200, body: modelView(model) }),
});
