import { z } from 'zod';
import { changePlanUpdate } from '../../workflows/messages';
import { jsonBody } from '../bodies/json-body';
import { defineOperation } from '../operation';
import { planSchema } from '../schemas';
import {
  commandQuery,
  findOwnSubscription,
  isPreview,
  previewCommand,
  sendCommand,
} from '../subscription-command';
import { commandAnswers } from '../views/preview-view';

export const changePlan = defineOperation({
  summary: 'Change to a higher plan now, or to a lower one when the paid time ends',
  description:
    'An upgrade is charged to the card on file in this call and begins a new period with its full grant; leftovers stay. To leave for Free, cancel.',
  tag: 'Subscriptions',
  access: 'customer',
  query: commandQuery,
  body: jsonBody(z.strictObject({ plan: planSchema })),
  needsIdempotencyKey: true,
  isDryRun: isPreview,
  answers: commandAnswers,
  problems: ['payment_failed', 'contract_required', 'state_conflict', 'unavailable'],
  find: (call, deps) => findOwnSubscription(call, deps),
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
