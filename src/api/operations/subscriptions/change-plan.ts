import { z } from 'zod';
import { getCatalog } from '../../../store/catalogs';
import { changePlanUpdate } from '../../../workflows/subscriptions/messages';
import { defineOperation } from '../../define-operation';
import { jsonBody } from '../../http/bodies/json-body';
import { catalogIdSchema } from '../../schemas';
import { ownSubscription } from '../belongings';
import { assertKnown } from '../catalog/assert-known';
import { commandAnswers } from './preview-view';
import { commandQuery, isPreview, previewCommand, sendCommand } from './subscription-command';

export const changePlan = defineOperation({
  summary: 'Change the plan of a subscription',
  description:
    'An upgrade takes effect now: the card on file is charged in this call, and a new period begins with its full grant; credits left over stay. A downgrade takes effect at the end of the paid period. To go back to the default plan, cancel.',
  tag: 'Subscriptions',
  access: 'customer',
  belongsTo: ownSubscription,
  query: commandQuery,
  body: jsonBody(z.strictObject({ plan: catalogIdSchema })),
  needsIdempotencyKey: true,
  isDryRun: isPreview,
  answers: commandAnswers,
  problems: ['payment_failed', 'contract_required', 'not_sold', 'state_conflict', 'unavailable'],
  async find({ body: { plan } }, { db }, subscription) {
    const catalog = await getCatalog(db, subscription.catalogVersion);
    await assertKnown(db, catalog, { kind: 'plans', id: plan, field: 'plan' });
    return subscription;
  },
  async handle(call, deps, subscription) {
    const { plan } = call.body;
    if (call.query.preview) return previewCommand(deps, subscription, { type: 'change_plan', plan });
    return sendCommand(call, deps, {
      subscription,
      operation: 'change-plan',
      update: changePlanUpdate,
      args: [{ plan }],
    });
  },
});
