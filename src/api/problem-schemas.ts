import { z } from 'zod';
import type { ErrorCode } from '../domain/errors';
import { REFUSAL_REASONS } from '../media/picture-refusal';
import { problemSchemasOf } from './http/problem-shapes';
import { blockerSchema } from './operations/customers/blocker-view';
import { answerCredits, answerId, planSchema } from './schemas';

const wayOutSchema = z
  .discriminatedUnion('option', [
    z.strictObject({ option: z.literal('wait'), credits: answerCredits }),
    z.strictObject({
      option: z.literal('buy_add_on'),
      pack: z.string(),
      credits: answerCredits,
      prices: z.record(z.string(), z.int()).meta({ description: 'Minor units by currency.' }),
    }),
    z.strictObject({ option: z.literal('subscribe'), plan: planSchema, credits: answerCredits }),
    z.strictObject({ option: z.literal('upgrade'), plan: planSchema, credits: answerCredits }),
  ])
  .meta({ id: 'WayOut', description: 'A way for the customer to get more credits.' });

const field = z.string().optional().meta({ description: 'The field that is wrong.' });
const faults = z.array(z.string()).optional();
const contact = z.string().optional().meta({ description: 'Whom to ask.' });
const subscriptionId = answerId.optional();

/** The members that a problem of each code has besides the common ones. */
const DETAILS: Readonly<Partial<Record<ErrorCode, z.ZodRawShape>>> = {
  invalid_request: {
    field,
    errors: z.array(z.strictObject({ field: z.string(), message: z.string() })).optional(),
    faults,
    reason: z.enum(REFUSAL_REASONS).optional().meta({ description: 'Why a picture is not accepted.' }),
  },
  price_not_computable: {
    expression: z.string().meta({ description: 'The formula of the catalog.' }),
  },
  method_not_allowed: {
    methods: z.array(z.string()).meta({ description: 'The methods that the path supports.' }),
  },
  insufficient_credits: {
    required: answerCredits,
    available: answerCredits,
    held: answerCredits,
    shortfall: answerCredits,
    options: z.array(wayOutSchema).meta({ description: 'Cheapest first.' }),
  },
  payment_failed: { reason: z.string().optional() },
  payment_past_due: { subscriptionId },
  plan_required: {
    plan: planSchema.optional(),
    plans: z.array(z.string()).optional().meta({ description: 'The plans that allow it.' }),
  },
  subscription_required: { plan: planSchema.optional() },
  contract_required: { contact },
  not_sold: {
    version: z.string().optional().meta({ description: "The customer's version of the catalog." }),
    plans: z.array(z.string()).optional().meta({ description: 'The plans of the version.' }),
    actions: z.array(z.string()).optional().meta({ description: 'The actions of the version.' }),
    packs: z.array(z.string()).optional().meta({ description: 'The packs of the version.' }),
  },
  state_conflict: {
    subscriptionId,
    refundable: answerCredits.optional(),
    blockers: z
      .array(blockerSchema)
      .optional()
      .meta({ description: 'What keeps a customer from being erased.' }),
    spendId: answerId
      .optional()
      .meta({ description: 'The training that uses an upload, or the spend that cannot be canceled.' }),
  },
  model_unavailable: { modelId: answerId.optional(), modelStatus: z.string().optional() },
  license_not_needed: { imageId: answerId.optional() },
  adjustment_exceeds_available: { requested: answerCredits, available: answerCredits, held: answerCredits },
  hold_exceeded: { requested: answerCredits, open: answerCredits },
  hold_already_settled: { holdStatus: z.string() },
  body_too_large: { bytesMax: z.int() },
  unavailable: { missing: z.array(z.string()).optional() },
};

/** The shape of each problem by its code. */
export const PROBLEM_SCHEMAS = problemSchemasOf(DETAILS);
