import { z } from 'zod';
import { OUTPUT_BYTES_MAX } from '../../../domain/actions/output';
import type { WorkReport } from '../../../domain/spends/external-end';
import { defineOperation } from '../../define-operation';
import { optionalJsonBody } from '../../http/bodies/json-body';
import { ownSpend } from '../belongings';
import { keptJson } from './kept-json';
import { reportWork } from './report-work';
import { invalidInput } from './spend-request';
import { spendSchema } from './spend-view';

const OUTPUT_KIB_MAX = OUTPUT_BYTES_MAX / 1024;

const costSchema = z
  .strictObject({
    amountMinor: z.int().min(0).meta({ description: 'Whole minor units, such as cents.' }),
    currency: z
      .string()
      .regex(/^[a-z]{3}$/)
      .meta({ description: 'ISO 4217, in lower case.' }),
  })
  .meta({ description: 'What the work cost you, for the margin. Customers do not see it.' });

const bodySchema = z.strictObject({
  delivered: z.int().min(0).optional().meta({
    description: 'How many of the units asked for were made; default: all. Not together with `input`.',
  }),
  input: z.record(z.string(), z.unknown()).optional().meta({
    description:
      "What was really used, in the action's own input: it is priced anew by the catalog version of the spend.",
  }),
  output: keptJson(OUTPUT_KIB_MAX)
    .optional()
    .meta({
      description: `What came of it: any JSON of at most ${OUTPUT_KIB_MAX} KiB, kept on the spend.`,
    }),
  cost: costSchema.optional(),
});

export const completeSpend = defineOperation({
  summary: 'Complete a spend of external work',
  description:
    'Ends work that you do yourself, and settles it: pays for the units delivered, or for what `input` comes to, never more than is held; the rest is released. What it came to beyond is `shortfall` on the spend, and nobody owes it. A spend that has ended, or whose work is not yours, is refused with 409.',
  tag: 'Spends',
  access: 'key',
  belongsTo: ownSpend,
  body: optionalJsonBody(bodySchema),
  needsIdempotencyKey: true,
  answers: { 200: { description: 'The spend, settled.', schema: spendSchema } },
  problems: ['price_not_computable', 'state_conflict', 'unavailable'],
  async handle(call, deps, spend) {
    return reportWork(call, deps, { spend, report: reportOf(call.body) });
  },
});

/** Throws `invalid_request` for two measures of what was done. */
function reportOf({ delivered, input, output, cost }: z.output<typeof bodySchema>): WorkReport {
  if (delivered !== undefined && input !== undefined)
    throw invalidInput(['delivered cannot be given together with input']);
  return {
    says: 'completed',
    ...(delivered === undefined ? {} : { delivered }),
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
    ...(cost === undefined ? {} : { cost }),
  };
}
