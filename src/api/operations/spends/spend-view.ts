import { z } from 'zod';
import type { ResultMember } from '../../../domain/actions/definition';
import { definitionOf } from '../../../domain/actions/definitions';
import { SPEND_STATUSES } from '../../../domain/spends/spend';
import { JOB_ERROR_CODES } from '../../../jobs/jobs';
import type { Spend } from '../../../store/spends';
import type { Caller } from '../../http/caller';
import { actionSchema, answerCredits, answerId, answerInstant, workflowUrlSchema } from '../../schemas';

const failureCode = z.string().meta({
  description: `Why it failed: ${[...JOB_ERROR_CODES, 'output_too_large', 'given_up', 'silent'].join(', ')}, or a word of the integrator's; given_up means that an operator stopped waiting, and the detail is the reason; silent, that nothing was heard of external work.`,
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
    credits: z
      .strictObject({ reserved: answerCredits, captured: answerCredits, released: answerCredits })
      .meta({ description: 'What was held, what of it was paid, and what of it was given back.' }),
    unitCredits: z.number().meta({ description: 'May be a fraction; the credits are whole.' }),
    quantity: z.number().meta({ description: 'How many units were asked for.' }),
    result: resultSchema,
    failure: z.strictObject({ code: failureCode, detail: z.string() }).nullable(),
    deadlineAt: answerInstant
      .nullable()
      .meta({ description: 'When the work must be done; null: it was done at once.' }),
    heardAt: answerInstant
      .nullable()
      .meta({ description: 'External work: when it was last heard of; null: not yet.' }),
    progress: z
      .unknown()
      .meta({ description: 'External work: what the last heartbeat said; null: nothing.' }),
    output: z.unknown().meta({ description: 'What came of it as JSON; null: nothing.' }),
    shortfall: answerCredits.nullable().meta({
      description:
        'External work: the credits that it came to beyond those that were held. Nobody owes them. Null until it is completed.',
    }),
    cost: z
      .strictObject({ amountMinor: z.int(), currency: z.string() })
      .nullable()
      .meta({ description: 'External work: what it cost you. Always null for a portal token.' }),
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
    deadlineAt: spend.deadlineAt,
    heardAt: spend.heardAt,
    progress: spend.progress ?? null,
    output: spend.output ?? null,
    shortfall: spend.shortfall,
    cost: costView(spend),
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
    heardAt: null,
    progress: null,
    shortfall: null,
    costMinor: null,
    costCurrency: null,
    updatedAt: spend.createdAt,
  });
}

/** The spend as a caller may see it: what the work cost the integrator is none of their customers' business. */
export function spendViewFor(caller: Caller | undefined, spend: Spend): SpendView {
  const view = spendView(spend);
  return caller?.kind === 'key' ? view : { ...view, cost: null };
}

function costView({ costMinor, costCurrency }: Spend): SpendView['cost'] {
  if (costMinor === null || costCurrency === null) return null;
  return { amountMinor: costMinor, currency: costCurrency };
}

/** An output stands in a column of its own. */
function resultView({ runs, delivers, result, output }: Spend): SpendView['result'] {
  if (definitionOf({ runs, delivers }).result === 'output') return output === null ? null : { output };
  if (result === null) return null;
  if ('modelId' in result) return { modelId: result.modelId };
  if ('imageIds' in result) return { imageIds: [...result.imageIds] };
  return 'licenseId' in result ? { licenseId: result.licenseId } : null;
}
