import { z } from 'zod';
import { resumeUpdate } from '../../../workflows/subscriptions/messages';
import { defineOperation } from '../../define-operation';
import { optionalJsonBody } from '../../http/bodies/json-body';
import { ownSubscription } from '../belongings';
import { commandAnswers } from './preview-view';
import { commandQuery, isPreview, previewCommand, sendCommand } from './subscription-command';

export const resumeSubscription = defineOperation({
  summary: 'Resume a subscription',
  description:
    'Ends a pause, or undoes a cancellation that has not taken effect yet. Cycles that were paid for and fell into the pause are granted.',
  tag: 'Subscriptions',
  access: 'customer',
  belongsTo: ownSubscription,
  query: commandQuery,
  body: optionalJsonBody(z.strictObject({})),
  needsIdempotencyKey: true,
  isDryRun: isPreview,
  answers: commandAnswers,
  problems: ['payment_failed', 'state_conflict', 'unavailable'],
  async handle(call, deps, subscription) {
    if (call.query.preview) return previewCommand(deps, subscription, { type: 'resume' });
    return sendCommand(call, deps, { subscription, operation: 'resume', update: resumeUpdate, args: [] });
  },
});
