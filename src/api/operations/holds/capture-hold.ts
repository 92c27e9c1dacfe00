import { z } from 'zod';
import { credits as creditsOf } from '../../../domain/credits';
import { captureKey } from '../../../domain/keys';
import { fingerprintOf } from '../../../platform/fingerprint';
import { deriveId } from '../../../platform/ids';
import { defineOperation } from '../../define-operation';
import { optionalJsonBody } from '../../http/bodies/json-body';
import { CREDITS_PER_REQUEST_MAX } from '../../schemas';
import { ownHold } from '../belongings';
import { resolveHold } from './external-hold';
import { holdSchema } from './hold-view';

const body = z.strictObject({
  credits: z
    .int()
    .min(1)
    .max(CREDITS_PER_REQUEST_MAX)
    .optional()
    .meta({ description: 'Default: all that is still open.' }),
  final: z.boolean().default(true).meta({ description: 'Whether to release what is not captured.' }),
});

export const captureHold = defineOperation({
  summary: 'Capture a hold',
  tag: 'Holds',
  access: 'key',
  belongsTo: ownHold,
  body: optionalJsonBody(body),
  needsIdempotencyKey: true,
  answers: { 200: { description: 'The hold.', schema: holdSchema } },
  problems: ['hold_exceeded', 'hold_already_settled', 'unavailable'],
  async handle(call, deps, hold) {
    const { credits, final } = call.body;
    return resolveHold(call, deps, {
      op: 'capture',
      key: captureKey(deriveId('req', hold.customerId, call.idempotencyKey)),
      fingerprint: fingerprintOf({ holdId: hold.id, credits, final }),
      walletId: hold.customerId,
      effectiveAt: await deps.clock.now(),
      holdId: hold.id,
      credits: credits === undefined ? null : creditsOf(credits),
      final,
      reason: hold.reference ?? '',
    });
  },
});
