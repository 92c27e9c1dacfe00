import { z } from 'zod';
import { fingerprintOf } from '../../platform/fingerprint';
import { deriveId } from '../../platform/ids';
import { optionalJsonBody } from '../bodies/json-body';
import { getExternalHold, resolveHold } from '../external-hold';
import { defineOperation } from '../operation';
import { holdSchema } from '../views/hold-view';

export const voidHold = defineOperation({
  summary: 'Give back all that is open of a hold',
  tag: 'Holds',
  access: 'key',
  body: optionalJsonBody(z.strictObject({})),
  needsIdempotencyKey: true,
  answers: { 200: { description: 'The hold after it.', schema: holdSchema } },
  problems: ['hold_already_settled', 'unavailable'],
  find: ({ id }, deps) => getExternalHold(deps, id),
  async handle(call, deps, hold) {
    return resolveHold(call, deps, {
      op: 'void',
      key: `void:${deriveId('req', hold.customerId, call.idempotencyKey)}`,
      fingerprint: fingerprintOf({ holdId: hold.id }),
      walletId: hold.customerId,
      effectiveAt: await deps.clock.now(),
      holdId: hold.id,
      expired: false,
      reason: hold.reference ?? '',
    });
  },
});
