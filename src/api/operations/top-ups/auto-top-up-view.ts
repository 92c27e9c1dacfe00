import { z } from 'zod';
import { DomainError } from '../../../domain/errors';
import { STOP_REASONS, type AutoTopUpState } from '../../../domain/top-ups/auto-top-up';
import { answerCredits, answerId, answerInstant } from '../../schemas';

export const autoTopUpSchema = z
  .strictObject({
    customerId: answerId,
    threshold: answerCredits.meta({ description: 'Buy when fewer credits than this are available.' }),
    packId: z.string().meta({ description: 'Which pack to buy.' }),
    quantity: z.int().meta({ description: 'How many packs to buy at a time.' }),
    monthlyMaximum: z.int().meta({ description: 'The most packs to buy in a calendar month (UTC).' }),
    stopped: z
      .strictObject({ reason: z.enum(STOP_REASONS), at: answerInstant })
      .nullable()
      .meta({ description: 'Why it buys no more; set it again to go on.' }),
  })
  .meta({ id: 'AutoTopUp' });

/** A customer's setting, and why it stopped. Throws `not_found` while it is switched off. */
export function autoTopUpView(
  customerId: string,
  state: AutoTopUpState | undefined,
): z.output<typeof autoTopUpSchema> {
  if (state === undefined || state.setting === null) {
    throw new DomainError('not_found', 'Automatic top-up is off.');
  }
  const { threshold, pack: packId, quantity, monthlyMaximum } = state.setting;
  return { customerId, threshold, packId, quantity, monthlyMaximum, stopped: state.stopped };
}
