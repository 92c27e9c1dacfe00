import { z } from 'zod';
import { changePlanUpdate } from '../../../workflows/subscriptions/messages';
import { jsonBody } from '../../http/bodies/json-body';
import { defineOperation } from '../../define-operation';
import { ownSubscription } from '../belongings';
import { planSchema } from '../../schemas';
import { commandQuery, isPreview, previewCommand, sendCommand } from './subscription-command';
import { commandAnswers } from './preview-view';

export const changePlan = defineOperation({
  summary: 'Change the plan of a subscription',
  description:
    'An upgrade takes effect now: the card on file is charged in this call, and a new period begins with its full grant; credits left over stay. A downgrade takes effect at the end of the paid period. To go back to the default plan, cancel.',
  tag: 'Subscriptions',
  access: 'customer',
  belongsTo: ownSubscription,
  query: commandQuery,
  body: jsonBody(z.strictObject({ plan: planSchema })),
  needsIdempotencyKey: true,
  isDryRun: isPreview,
  answers: commandAnswers,
  problems: ['payment_failed', 'contract_required', 'state_conflict', 'unavailable'],
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
