import { z } from 'zod';
import { defineOperation } from '../../define-operation';
import { jsonBody } from '../../http/bodies/json-body';
import { textSchema } from '../../schemas';
import { ownSpend } from '../belongings';
import { reportWork } from './report-work';
import { spendSchema } from './spend-view';

const bodySchema = z.strictObject({
  code: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,63}$/)
    .meta({ description: 'Why it failed, in a word of your own: lower-case letters, digits and `_`.' }),
  detail: textSchema(500)
    .optional()
    .meta({ description: 'For people, on one line. The customer can read it.' }),
});

export const failSpend = defineOperation({
  summary: 'Fail a spend of external work',
  description:
    'Says that work that you do yourself has failed: everything that is held is released. A spend that has ended, or whose work is not yours, is refused with 409.',
  tag: 'Spends',
  access: 'key',
  belongsTo: ownSpend,
  body: jsonBody(bodySchema),
  needsIdempotencyKey: true,
  answers: { 200: { description: 'The spend, failed.', schema: spendSchema } },
  problems: ['state_conflict', 'unavailable'],
  handle(call, deps, spend) {
    const { code, detail = '' } = call.body;
    return reportWork(call, deps, { spend, report: { says: 'failed', code, detail } });
  },
});
