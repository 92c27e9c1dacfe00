import { deleteModel as removeModel } from '../../../store/models';
import { listQueuedSpends } from '../../../store/spends';
import { defineOperation } from '../../define-operation';
import { optionalJsonBody } from '../../http/bodies/json-body';
import { ownModel } from '../belongings';
import { askToStop } from '../spends/ask-to-stop';
import { ownerBody, ownerQuery } from './named-owner';

export const deleteModel = defineOperation({
  summary: 'Delete a model',
  description:
    'Deletes a model of the customer for good. Work that has not begun is released; images and licences stay.',
  tag: 'Models',
  access: 'customer',
  belongsTo: ownModel,
  query: ownerQuery,
  askedQuery: ['customerId'],
  body: optionalJsonBody(ownerBody),
  answers: { 204: { description: 'Deleted.' } },
  async handle(_call, deps, model) {
    await removeModel(deps.db, model.id);
    // Running work ends as it would; a spend that is admitted from here on finds the model gone.
    const queued = await listQueuedSpends(deps.db, { modelId: model.id });
    await Promise.all(queued.map(({ workflowId }) => askToStop(deps, workflowId)));
    return { status: 204 };
  },
});
