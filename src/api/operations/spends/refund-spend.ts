import { z } from 'zod';
import { credits as creditsOf } from '../../../domain/credits';
import { DomainError } from '../../../domain/errors';
import { refundKey } from '../../../domain/keys';
import { fingerprintOf } from '../../../platform/fingerprint';
import { deriveId } from '../../../platform/ids';
import { holdIdOf } from '../../../store/spends';
import { defineOperation } from '../../define-operation';
import { jsonBody } from '../../http/bodies/json-body';
import { keyReused } from '../../http/idempotency-key';
import { answerCredits, answerId, answerInstant, CREDITS_PER_REQUEST_MAX, textSchema } from '../../schemas';
import { ownSpend } from '../belongings';

const body = z.strictObject({
  credits: z
    .int()
    .min(1)
    .max(CREDITS_PER_REQUEST_MAX)
    .optional()
    .meta({ description: 'Default: all that was captured and has not been refunded yet.' }),
  reason: textSchema(500).meta({ description: "Shown in the customer's statement." }),
});

const refundSchema = z
  .strictObject({
    id: answerId,
    spendId: answerId,
    customerId: answerId,
    credits: answerCredits,
    reason: z.string(),
    createdAt: answerInstant,
  })
  .meta({ id: 'Refund' });

export const refundSpend = defineOperation({
  summary: 'Refund a spend',
  description:
    "Returns captured credits to the lots they came from. The artist's share is reversed in the same transaction.",
  tag: 'Operators',
  access: 'operator',
  belongsTo: ownSpend,
  body: jsonBody(body),
  needsIdempotencyKey: true,
  answers: { 201: { description: 'The refund was made.', schema: refundSchema } },
  problems: ['state_conflict', 'unavailable'],
  async handle(call, { ledger, clock }, spend) {
    const { credits, reason } = call.body;
    const id = deriveId('rfd', spend.customerId, call.idempotencyKey);
    const { outcome, replayed, reply } = await ledger.submit({
      op: 'refund',
      key: refundKey(id),
      fingerprint: fingerprintOf({ spendId: spend.id, credits, reason }),
      walletId: spend.customerId,
      effectiveAt: await clock.now(),
      refundId: id,
      holdId: holdIdOf(spend.id),
      credits: credits === undefined ? null : creditsOf(credits),
      reason,
    });
    if (replayed) call.markReplayed();
    if (outcome === 'idempotency_key_reused') throw keyReused();
    if (outcome === 'refund_exceeds_captured' || outcome === 'hold_not_found') {
      const { required = 0, shortfall = 0 } = reply;
      const refundable = required - shortfall;
      throw new DomainError('state_conflict', `Only ${refundable} credits can be refunded.`, { refundable });
    }
    if (outcome !== 'applied' || reply.refunded === undefined) {
      throw new Error(`a refund was answered ${outcome}`);
    }
    const { id: spendId, customerId } = spend;
    return {
      status: 201,
      body: { id, spendId, customerId, credits: reply.refunded, reason, createdAt: reply.effectiveAt },
    };
  },
});
