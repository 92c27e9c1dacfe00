import { z } from 'zod';
import { answerCredits, answerId, answerInstant } from '../../schemas';

/** Something that is in the way of an erasure. */
export const blockerSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('subscription'), id: answerId, status: z.string(), plan: z.string() }),
    z.strictObject({ kind: z.literal('paid_cycles'), id: answerId, nextGrantAt: answerInstant }),
    z.strictObject({ kind: z.literal('auto_top_up'), id: answerId }),
    z.strictObject({ kind: z.literal('spend'), id: answerId, status: z.string(), action: z.string() }),
    z.strictObject({ kind: z.literal('hold'), id: answerId, credits: answerCredits }),
    z.strictObject({ kind: z.literal('add_on'), id: answerId, status: z.string() }),
  ])
  .meta({ id: 'Blocker', description: 'Something that is paid for, set up or running.' });
