import { z } from 'zod';
import { DomainError } from '../../domain/errors';
import { deleteModel as removeModel, getOwnModel } from '../../store/models';
import { listQueuedSpends } from '../../store/spends';
import { askToStop } from '../ask-to-stop';
import { optionalJsonBody } from '../bodies/json-body';
import { defineOperation } from '../operation';
import { idSchema, viewerQuery } from '../schemas';

const body = z.strictObject({
  customerId: idSchema
    .optional()
    .meta({ description: 'The owner; may be given here instead of in the query.' }),
});

export const deleteModel = defineOperation({
  summary: 'Delete a model',
  description:
    'Deletes a model of the customer for good. Work that has not begun is released; images and licences stay.',
  tag: 'Models',
  access: 'customer',
  query: z.strictObject({
    customerId: viewerQuery.customerId.meta({
      description: 'The owner. With a portal token it is ignored: the token names the customer.',
    }),
  }),
  askedQuery: ['customerId'],
  body: optionalJsonBody(body),
  answers: { 204: { description: 'Deleted.' } },
  find({ id, body: { customerId }, query }, { db }) {
    const ownerId = customerId ?? query.customerId;
    if (ownerId === undefined) {
      throw new DomainError(
        'invalid_request',
        '`customerId` is missing: name the owner of the model, in the body or in the query.',
        { field: 'customerId' },
      );
    }
    return getOwnModel(db, id, ownerId);
  },
  async handle(_call, deps, model) {
    await removeModel(deps.db, model.id);
    // Running work ends as it would; a spend that is admitted from here on finds the model gone.
    const queued = await listQueuedSpends(deps.db, { modelId: model.id });
    await Promise.all(queued.map(({ workflowId }) => askToStop(deps, workflowId)));
    return { status: 204 };
  },
});
