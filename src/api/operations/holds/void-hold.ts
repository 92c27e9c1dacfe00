import { z } from 'zod';
import { voidKey } from '../../../domain/keys';
import { fingerprintOf } from '../../../platform/fingerprint';
import { deriveId } from '../../../platform/ids';
import { defineOperation } from '../../define-operation';
import { optionalJsonBody } from '../../http/bodies/json-body';
import { ownHold } from '../belongings';
import { resolveHold } from './external-hold';
import { holdSchema } from './hold-view';

export const voidHold = defineOperation({
  summary: 'Void a hold',
  tag: 'Holds',
  access: 'key',
  belongsTo: ownHold,
  body: optionalJsonBody(z.strictObject({})),
  needsIdempotencyKey: true,
  answers: { 200: { description: 'The hold.', schema: holdSchema } },
  problems: ['hold_already_settled', 'unavailable'],
  async handle(call, deps, hold) {
    return resolveHold(call, deps, {
      op: 'void',
      key: voidKey(deriveId('req', hold.customerId, call.idempotencyKey)),
      fingerprint: fingerprintOf({ holdId: hold.id }),
      walletId: hold.customerId,
      effectiveAt: await deps.clock.now(),
      holdId: hold.id,
      expired: false,
      reason: hold.reference ?? '',
    });
  },
});
