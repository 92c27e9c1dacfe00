import { z } from 'zod';
import { cancelUpdate } from '../../../workflows/subscriptions/messages';
import { defineOperation } from '../../define-operation';
import { optionalJsonBody } from '../../http/bodies/json-body';
import { ownSubscription } from '../belongings';
import { commandAnswers } from './preview-view';
import { commandQuery, isPreview, previewCommand, sendCommand } from './subscription-command';

const body = z.strictObject({ when: z.enum(['period_end', 'now']).default('period_end') });

export const cancelSubscription = defineOperation({
  summary: 'Cancel a subscription',
  description:
    'At the end of the paid period, or now. Credits stay and can still be spent; rights drop to those of the default plan; private work stays private.',
  tag: 'Subscriptions',
  access: 'customer',
  belongsTo: ownSubscription,
  query: commandQuery,
  body: optionalJsonBody(body),
  needsIdempotencyKey: true,
  isDryRun: isPreview,
  answers: commandAnswers,
  problems: ['state_conflict', 'unavailable'],
  async handle(call, deps, subscription) {
    const { when } = call.body;
    if (call.query.preview) return previewCommand(deps, subscription, { type: 'cancel', when });
    return sendCommand(call, deps, {
      subscription,
      operation: 'cancel',
      update: cancelUpdate,
      args: [{ when }],
    });
  },
});
