import { z } from 'zod';
import type { ResultMember } from '../../../domain/actions/definition';
import { definitionOf } from '../../../domain/actions/definitions';
import { SPEND_STATUSES } from '../../../domain/spends/spend';
import { JOB_ERROR_CODES } from '../../../jobs/jobs';
import type { Spend } from '../../../store/spends';
import { actionSchema, answerCredits, answerId, answerInstant, workflowUrlSchema } from '../../schemas';

const failureCode = z.string().meta({
  description: `Why it failed: ${[...JOB_ERROR_CODES, 'output_too_large', 'given_up'].join(', ')}; given_up means that an operator stopped waiting for the provider; the detail is the reason.`,
});

/** What each member that a result may have looks like. */
const RESULT_MEMBERS = {
  modelId: answerId,
  imageIds: z.array(answerId),
  licenseId: answerId,
  output: z.unknown().meta({ description: 'JSON, as it was answered.' }),
} satisfies Record<ResultMember, z.ZodType>;

const resultSchema = z
  .union([
    z.strictObject({ modelId: RESULT_MEMBERS.modelId }),
    z.strictObject({ imageIds: RESULT_MEMBERS.imageIds }),
    z.strictObject({ licenseId: RESULT_MEMBERS.licenseId }),
    z.strictObject({ output: RESULT_MEMBERS.output }),
  ])
  .nullable();

export const spendSchema = z
  .strictObject({
    id: answerId,
    customerId: answerId,
    action: actionSchema,
    status: z.enum(SPEND_STATUSES),
    credits: z.strictObject({ reserved: answerCredits, captured: answerCredits, released: answerCredits }),
    unitCredits: z.number().meta({ description: 'May be a fraction; the credits are whole.' }),
    quantity: z.number(),
    result: resultSchema,
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
    result: resultView(spend),
    failure: spend.failure,
    workflowId: spend.workflowId,
    createdAt: spend.createdAt,
    updatedAt: spend.updatedAt,
  };
}

/**
 * The first answer about a spend: as it was when its credits were reserved. Made of nothing that changes later, so every
 * repeat of the request gets the same one. What needs no work is settled in the transaction of its hold: its first answer is final.
 */
export function firstSpendView(spend: Spend): SpendView {
  if (spend.runs === 'nothing') return spendView(spend);
  return spendView({
    ...spend,
    status: 'reserved',
    captured: 0,
    released: 0,
    result: null,
    output: null,
    failure: null,
    updatedAt: spend.createdAt,
  });
}

/** An output stands in a column of its own. */
function resultView({ runs, delivers, result, output }: Spend): SpendView['result'] {
  if (definitionOf({ runs, delivers }).result === 'output') return output === null ? null : { output };
  if (result === null) return null;
  if ('modelId' in result) return { modelId: result.modelId };
  if ('imageIds' in result) return { imageIds: [...result.imageIds] };
  return 'licenseId' in result ? { licenseId: result.licenseId } : null;
}
