import { z } from 'zod';
import { updateModel as writeModel } from '../../../store/models';
import { defineOperation } from '../../define-operation';
import { jsonBody } from '../../http/bodies/json-body';
import { idSchema, textSchema, visibilitySchema } from '../../schemas';
import { ownModel } from '../belongings';
import { modelSchema, modelView } from './model-view';

const body = z
  .strictObject({
    customerId: idSchema.meta({ description: 'The owner.' }),
    name: textSchema(100).optional(),
    visibility: visibilitySchema.optional(),
  })
  .refine(
    ({ name, visibility }) => name !== undefined || visibility !== undefined,
    'must give a name or a visibility',
  )
  .meta({ anyOf: [{ required: ['name'] }, { required: ['visibility'] }] });

export const updateModel = defineOperation({
  summary: 'Update a model',
  description:
    'Renames, publishes or unpublishes a model of the customer. Images keep the visibility they were made with, and licences stay valid.',
  tag: 'Models',
  access: 'customer',
  belongsTo: ownModel,
  body: jsonBody(body),
  answers: { 200: { description: 'The model.', schema: modelSchema } },
  async handle({ body: { name, visibility } }, { db }, { id }) {
    return { status: 200, body: modelView(await writeModel(db, id, { name, visibility })) };
  },
});
