import { z } from 'zod';
import { SPEND_STATUSES } from '../../../domain/spends/spend';
import { JOB_ERROR_CODES } from '../../../jobs/jobs';
import type { Spend } from '../../../store/spends';
import { actionSchema, answerCredits, answerId, answerInstant, workflowUrlSchema } from '../../schemas';

const failureCode = z.string().meta({
  description: `Why it failed: ${[...JOB_ERROR_CODES, 'given_up'].join(', ')}; given_up means that an operator stopped waiting for the provider; the detail is the reason.`,
});

export const spendSchema = z
  .strictObject({
    id: answerId,
    customerId: answerId,
    action: actionSchema,
    status: z.enum(SPEND_STATUSES),
    credits: z.strictObject({ reserved: answerCredits, captured: answerCredits, released: answerCredits }),
    unitCredits: answerCredits,
    quantity: z.int(),
    result: z
      .union([
        z.strictObject({ modelId: answerId }),
        z.strictObject({ imageIds: z.array(answerId) }),
        z.strictObject({ licenseId: answerId }),
      ])
      .nullable(),
    failure: z.strictObject({ code: failureCode, detail: z.string() }).nullable(),
    workflowId: z.string(),
    workflowUrl: workflowUrlSchema,
    createdAt: answerInstant,
    updatedAt: answerInstant,
  })
  .meta({ id: 'Spend' });

export type SpendView = z.output<typeof spendSchema>;

/** The spend as it is now. */
export function spendView(spend: Spend): SpendView {
  return {
    id: spend.id,
    customerId: spend.customerId,
    action: spend.action,
    status: spend.status,
    credits: { reserved: spend.reserved, captured: spend.captured, released: spend.released },
    unitCredits: spend.unitCredits,
    quantity: spend.quantity,
    result: resultView(spend.result),
    failure: spend.failure,
    workflowId: spend.workflowId,
    createdAt: spend.createdAt,
    updatedAt: spend.updatedAt,
  };
}

/**
 * The first answer about a spend: as it was when its credits were reserved. Made of nothing that changes later, so every
 * repeat of the request gets the same one. A licence is settled in the transaction of its hold: its first answer is final.
 */
export function firstSpendView(spend: Spend): SpendView {
  if (spend.action === 'license_image') return spendView(spend);
  return spendView({
    ...spend,
    status: 'reserved',
    captured: 0,
    released: 0,
    result: null,
    failure: null,
    updatedAt: spend.createdAt,
  });
}

function resultView(result: Spend['result']): SpendView['result'] {
  if (result === null) return null;
  if ('modelId' in result) return { modelId: result.modelId };
  if ('imageIds' in result) return { imageIds: [...result.imageIds] };
  return { licenseId: result.licenseId };
}
