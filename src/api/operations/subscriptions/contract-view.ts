import { z } from 'zod';
import type { RecordedContract } from '../../../store/contracts';
import { answerCredits, answerId, answerInstant, intervalSchema, planSchema } from '../../schemas';

export const contractSchema = z
  .strictObject({
    id: answerId,
    customerId: answerId,
    plan: planSchema.nullable(),
    credits: answerCredits.meta({ description: 'Credits a month.' }),
    amount: z.int().meta({ description: 'The price of an interval, in minor units of the currency.' }),
    currency: z.string(),
    interval: intervalSchema,
    termMonths: z.int(),
    reference: z.string(),
    status: z
      .enum(['signed', 'active', 'ended'])
      .meta({ description: 'Signed: no subscription has been made of it yet.' }),
    createdAt: answerInstant,
  })
  .meta({ id: 'Contract' });

/** A contract, and what became of it. */
export function contractView(contract: RecordedContract): z.output<typeof contractSchema> {
  const {
    contractId: id,
    customerId,
    plan,
    credits,
    price,
    interval,
    termMonths,
    reference,
    createdAt,
  } = contract;
  return {
    id,
    customerId,
    plan,
    credits,
    amount: price.amountMinor,
    currency: price.currency,
    interval,
    termMonths,
    reference,
    status: statusOf(contract),
    createdAt,
  };
}

function statusOf({ subscriptionStatus }: RecordedContract): 'signed' | 'active' | 'ended' {
  if (subscriptionStatus === null) return 'signed';
  return subscriptionStatus === 'canceled' ? 'ended' : 'active';
}
