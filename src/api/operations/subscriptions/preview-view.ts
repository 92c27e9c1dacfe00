import { z } from 'zod';
import { answerCredits, answerInstant, planSchema } from '../../schemas';
import { moneySchema } from '../catalog/catalog-view';
import { nextGrantSchema } from '../ledger/balance-view';
import { subscriptionSchema } from './subscription-view';

const previewSchema = z
  .strictObject({
    effectiveAt: answerInstant.meta({ description: 'When plan and rights change.' }),
    charged: moneySchema.nullable().meta({ description: 'At once.' }),
    granted: answerCredits.meta({ description: 'At once.' }),
    lost: z.strictObject({
      credits: answerCredits,
      paidTime: z
        .strictObject({ start: answerInstant, end: answerInstant })
        .nullable()
        .meta({ description: 'Paid for and given up without money back.' }),
      rights: z.array(z.string()),
    }),
    planBefore: planSchema,
    planAfter: planSchema,
    nextGrant: nextGrantSchema.nullable(),
    nextCharge: z.strictObject({ at: answerInstant, price: moneySchema }).nullable(),
  })
  .meta({ id: 'Preview', description: 'What a command would do. Nothing has happened.' });

/** What a command on a subscription answers: the subscription after it, or with `?preview=true` what it would do. */
export const commandAnswers = {
  200: {
    description: 'The subscription after it; with `?preview=true` what it would do.',
    schema: z.union([subscriptionSchema, previewSchema]),
  },
};
