import { z } from 'zod';
import { defineOperation } from '../../define-operation';
import { viewerQuery } from '../../schemas';
import { visibleModel } from '../belongings';
import { modelSchema, modelView } from './model-view';

export const getModel = defineOperation({
  summary: 'Get a model',
  tag: 'Models',
  access: 'customer',
  belongsTo: visibleModel,
  query: z.strictObject(viewerQuery),
  answers: { 200: { description: 'The model.', schema: modelSchema } },
  handle: (_call, _deps, model) => Promise.resolve({ status: 200, body: modelView(model) }),
});
