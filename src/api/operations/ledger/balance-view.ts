import { z } from 'zod';
import { GRANT_SOURCES } from '../../../ledger/commands';
import type { Subscription } from '../../../store/subscriptions';
import { answerCredits, answerId, answerInstant } from '../../schemas';

export const nextGrantSchema = z
  .strictObject({ at: answerInstant, credits: answerCredits })
  .meta({ id: 'NextGrant' });

export const lotSchema = z
  .strictObject({
    grantId: answerId,
    source: z.enum(GRANT_SOURCES),
    amount: answerCredits,
    remaining: answerCredits.meta({ description: 'What is left of it: available, or held by running work.' }),
    expiresAt: answerInstant.nullable(),
    grantedAt: answerInstant,
  })
  .meta({ id: 'Lot' });

export const balanceSchema = z
  .strictObject({
    available: answerCredits,
    held: answerCredits.meta({ description: 'Set aside for running work.' }),
    total: answerCredits,
    owed: answerCredits.meta({
      description: 'Clawed back after they were spent; the next inflow repays them first.',
    }),
    lots: z.array(lotSchema),
    nextGrant: nextGrantSchema.nullable(),
  })
  .meta({ id: 'Balance' });

/** The next grant of a subscription. */
export function nextGrantView(
  subscription: Subscription | undefined,
): z.output<typeof nextGrantSchema> | null {
  if (
    subscription === undefined ||
    subscription.nextGrantAt === null ||
    subscription.nextGrantCredits === null
  ) {
    return null;
  }
  return { at: subscription.nextGrantAt, credits: subscription.nextGrantCredits };
}
