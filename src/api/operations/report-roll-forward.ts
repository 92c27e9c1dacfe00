import { z } from 'zod';
import { rollForwardReport } from '../../ledger/roll-forward-report';
import { defineReport } from '../define-report';
import { answerCredits } from '../schemas';

const monthSchema = z
  .strictObject({
    month: z.string().meta({ description: 'In UTC, `2026-01`.' }),
    opening: answerCredits.meta({ description: 'Of all customers: available + held − owed.' }),
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
  summary: 'Roll the credits of all customers forward, month by month',
  description: 'opening + granted − captured + refunded − expired − clawed + restored = closing.',
  monthSchema,
  read: rollForwardReport,
  columns: [
    ...(['month', 'opening', 'granted', 'captured', 'refunded'] as const),
    ...(['expired', 'clawed', 'restored', 'closing'] as const),
  ],
  linesOf: (month) => [month],
});
