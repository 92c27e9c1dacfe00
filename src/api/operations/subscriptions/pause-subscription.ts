import { z } from 'zod';
import { pauseUpdate } from '../../../workflows/subscriptions/messages';
import { defineOperation } from '../../define-operation';
import { optionalJsonBody } from '../../http/bodies/json-body';
import { ownSubscription } from '../belongings';
import { commandAnswers } from './preview-view';
import { commandQuery, isPreview, previewCommand, sendCommand } from './subscription-command';

export const pauseSubscription = defineOperation({
  summary: 'Pause a subscription',
  description:
    'Until it is resumed there are no grants and no charges, and rights are those of the default plan.',
  tag: 'Subscriptions',
  access: 'customer',
  belongsTo: ownSubscription,
  query: commandQuery,
  body: optionalJsonBody(z.strictObject({})),
  needsIdempotencyKey: true,
  isDryRun: isPreview,
  answers: commandAnswers,
  problems: ['state_conflict', 'unavailable'],
  async handle(call, deps, subscription) {
    if (call.query.preview) return previewCommand(deps, subscription, { type: 'pause' });
    return sendCommand(call, deps, { subscription, operation: 'pause', update: pauseUpdate, args: [] });
  },
});
