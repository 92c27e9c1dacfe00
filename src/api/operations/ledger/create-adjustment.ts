import { z } from 'zod';
import { credits as creditsOf } from '../../../domain/credits';
import { DomainError } from '../../../domain/errors';
import type { Instant } from '../../../domain/instants';
import { adjustmentKey } from '../../../domain/keys';
import type { ClawbackCommand, GrantCommand } from '../../../ledger/commands';
import { fingerprintOf } from '../../../platform/fingerprint';
import { deriveId } from '../../../platform/ids';
import { getCustomer } from '../../../store/customers';
import { defineOperation } from '../../define-operation';
import { customerInBody } from '../../http/belongs-to';
import { jsonBody } from '../../http/bodies/json-body';
import { keyReused } from '../../http/idempotency-key';
import {
  answerCredits,
  answerId,
  answerInstant,
  CREDITS_PER_REQUEST_MAX,
  idSchema,
  textSchema,
} from '../../schemas';

const body = z.strictObject({
  customerId: idSchema,
  credits: z
    .int()
    .min(-CREDITS_PER_REQUEST_MAX)
    .max(CREDITS_PER_REQUEST_MAX)
    .refine((credits) => credits !== 0, 'must not be zero')
    .meta({
      not: { const: 0 },
      description: 'Not zero. Positive grants credits; negative takes back at most what is available.',
    }),
  reason: textSchema(500).meta({ description: "Shown in the customer's statement." }),
});

const adjustmentSchema = z
  .strictObject({
    id: answerId,
    customerId: answerId,
    credits: answerCredits,
    reason: z.string(),
    createdAt: answerInstant,
  })
  .meta({ id: 'Adjustment' });

type Adjustment = z.output<typeof adjustmentSchema>;

export const createAdjustment = defineOperation({
  summary: 'Adjust a balance',
  tag: 'Operators',
  access: 'operator',
  belongsTo: customerInBody,
  body: jsonBody(body),
  needsIdempotencyKey: true,
  answers: { 201: { description: 'The adjustment was made.', schema: adjustmentSchema } },
  problems: ['adjustment_exceeds_available', 'unavailable'],
  find: ({ body: { customerId } }, { db }) => getCustomer(db, customerId),
  async handle(call, { ledger, clock }) {
    const id = deriveId('adj', call.body.customerId, call.idempotencyKey);
    const adjustment = { ...call.body, id, createdAt: await clock.now() };
    const { outcome, replayed, reply } = await ledger.submit(commandOf(adjustment));
    if (replayed) call.markReplayed();
    if (outcome === 'idempotency_key_reused') throw keyReused();
    if (outcome === 'adjustment_exceeds_available') {
      throw new DomainError(
        'adjustment_exceeds_available',
        'The adjustment takes more credits than are available.',
        {
          requested: -adjustment.credits,
          available: reply.available,
          held: reply.held,
        },
      );
    }
    if (outcome !== 'applied') throw new Error(`an adjustment was answered ${outcome}`);
    return { status: 201, body: { ...adjustment, createdAt: reply.effectiveAt } };
  },
});

/** Both ways under one key, so that a key never means a gift at first and a clawback later. */
function commandOf(adjustment: Adjustment & { readonly createdAt: Instant }): GrantCommand | ClawbackCommand {
  const { id, customerId, credits, reason, createdAt } = adjustment;
  const common = {
    key: adjustmentKey(id),
    fingerprint: fingerprintOf({ credits, reason }),
    walletId: customerId,
    effectiveAt: createdAt,
    credits: creditsOf(Math.abs(credits)),
    reason,
  };
  return credits > 0
    ? {
        ...common,
        op: 'grant',
        grantId: deriveId('grt', common.key),
        source: 'goodwill',
        cost: null,
        expiresAt: null,
      }
    : { ...common, op: 'clawback', clawbackId: id, paymentId: null, availableOnly: true };
}
