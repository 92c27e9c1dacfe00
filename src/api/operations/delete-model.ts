import { z } from 'zod';
import { DomainError } from '../../domain/errors';
import { deleteModel as removeModel, getOwnModel } from '../../store/models';
import { listQueuedSpends } from '../../store/spends';
import { askToStop } from '../ask-to-stop';
import { optionalJsonBody } from '../bodies/json-body';
import { defineOperation } from '../operation';
import { idSchema, viewerQuery } from '../schemas';

const body = z.strictObject({
  customerId: idSchema.optional().meta({ description: 'The owner; may stand here instead of in the query.' }),
});

export const deleteModel = defineOperation({
  summary: 'Take an own model away for good',
  description: 'Nothing new is made with it; work that has not begun is released. Images and licences stay.',
  tag: 'Models',
  access: 'customer',
  query: z.strictObject({
    customerId: viewerQuery.customerId.meta({ description: 'The owner. A portal token stands for its own.' }),
  }),
  askedQuery: ['customerId'],
  body: optionalJsonBody(body),
  answers: { 204: { description: 'Gone.' } },
  find({ id, body: { customerId }, query }, { db }) {
    const ownerId = customerId ?? query.customerId;
    if (ownerId === undefined) {
      throw new DomainError('invalid_request', 'Say whose model it is.', { field: 'customerId' });
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
