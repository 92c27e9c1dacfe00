import { z } from 'zod';
import { rollForwardReport } from '../../../ledger/roll-forward-report';
import { answerCredits } from '../../schemas';
import { defineReport } from './define-report';

const monthSchema = z
  .strictObject({
    month: z.string().meta({ description: 'A calendar month in UTC, for example `2026-01`.' }),
    opening: answerCredits.meta({ description: 'Available + held − owed, over all customers.' }),
    granted: answerCredits,
    captured: answerCredits,
    refunded: answerCredits,
    expired: answerCredits,
    clawed: answerCredits,
    restored: answerCredits,
    closing: answerCredits,
  })
  .meta({ id: 'RollForwardMonth' });

export const reportRollForward = defineReport({
  summary: 'Get the roll-forward report',
  description: 'opening + granted − captured + refunded − expired − clawed + restored = closing.',
  monthSchema,
  read: rollForwardReport,
  columns: [
    ...(['month', 'opening', 'granted', 'captured', 'refunded'] as const),
    ...(['expired', 'clawed', 'restored', 'closing'] as const),
  ],
  linesOf: (month) => [month],
});
