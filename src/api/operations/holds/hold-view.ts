import { z } from 'zod';
import type { LedgerReply } from '../../../ledger/commands';
import { HOLD_STATUSES, type Hold } from '../../../ledger/find-hold';
import { answerCredits, answerId, answerInstant } from '../../schemas';

export const holdSchema = z
  .strictObject({
    id: answerId,
    customerId: answerId,
    reference: z.string(),
    status: z.enum(HOLD_STATUSES),
    credits: z.strictObject({
      held: answerCredits.meta({ description: 'What was set aside at first.' }),
      captured: answerCredits,
      released: answerCredits,
    }),
    expiresAt: answerInstant.nullable(),
    createdAt: answerInstant,
  })
  .meta({ id: 'Hold', description: 'Credits set aside for work that Scrip does not run.' });

type HoldView = z.output<typeof holdSchema>;

/** An external hold, as it is now or as it was after a command (`after`): a repeat is answered as it was the first time. */
export function holdView(hold: Hold, after?: LedgerReply['hold']): HoldView {
  const { id, customerId, reference, expiresAt, createdAt } = hold;
  const { status, captured, released } = after ?? { status: hold.status, ...hold.credits };
  return {
    id,
    customerId,
    reference: reference ?? '',
    status,
    credits: { held: hold.credits.held, captured, released },
    expiresAt,
    createdAt,
  };
}
