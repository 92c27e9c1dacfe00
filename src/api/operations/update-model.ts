import { z } from 'zod';
import { getOwnModel, updateModel as writeModel } from '../../store/models';
import { jsonBody } from '../bodies/json-body';
import { defineOperation } from '../operation';
import { idSchema, textSchema, visibilitySchema } from '../schemas';
import { modelSchema, modelView } from '../views/model-view';

const body = z
  .strictObject({
    customerId: idSchema.meta({ description: 'The owner.' }),
    name: textSchema(100).optional(),
    visibility: visibilitySchema.optional(),
  })
  .refine(
    ({ name, visibility }) => name !== undefined || visibility !== undefined,
    'must give a name or a visibility',
  );

export const updateModel = defineOperation({
  summary: 'Rename, publish or unpublish an own model',
  description: 'Images keep the visibility that was stamped on them; licences stay.',
  tag: 'Models',
  access: 'customer',
  body: jsonBody(body),
  answers: { 200: { description: 'The model as it is now.', schema: modelSchema } },
  find: ({ id, body: { customerId } }, { db }) => getOwnModel(db, id, customerId),
  async handle({ body: { name, visibility } }, { db }, { id }) {
    return { status: 200, body: modelView(await writeModel(db, id, { name, visibility })) };
  },
});
