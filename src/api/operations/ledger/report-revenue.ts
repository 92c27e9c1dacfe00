import { z } from 'zod';
import { revenueReport, type RevenueMonth } from '../../../ledger/revenue-report';
import { answerCredits } from '../../schemas';
import { defineReport } from './define-report';

const minorUnits = z.int();

const monthSchema = z
  .strictObject({
    month: z.string().meta({ description: 'A calendar month in UTC, for example `2026-01`.' }),
    earned: z.array(
      z.strictObject({
        action: z.string(),
        captured: answerCredits,
        refunded: answerCredits,
        credits: answerCredits.meta({ description: 'captured − refunded.' }),
        royalties: answerCredits,
        money: z.array(z.strictObject({ currency: z.string(), amountMinor: minorUnits })),
      }),
    ),
    deferred: z.array(
      z.strictObject({
        currency: z.string(),
        opening: minorUnits,
        granted: minorUnits,
        earned: minorUnits,
        repaid: minorUnits,
        expired: minorUnits,
        clawed: minorUnits,
        closing: minorUnits,
      }),
    ),
  })
  .meta({ id: 'RevenueMonth' });

export const reportRevenue = defineReport({
  summary: 'Get the revenue report',
  description:
    'Earned revenue by action, in credits and in money; deferred revenue by currency, in minor units.',
  monthSchema,
  read: revenueReport,
  columns: [
    'month',
    'kind',
    'action',
    'currency',
    'captured',
    'refunded',
    'credits',
    'royalties',
    'amountMinor',
    'opening',
    'granted',
    'earned',
    'repaid',
    'expired',
    'clawed',
    'closing',
  ],
  linesOf,
});

/** One line per action and currency, its credits on the first of them so that a sum is right, and one per deferred currency. */
function linesOf({ month, earned, deferred }: RevenueMonth) {
  const earnedLines = earned.flatMap(({ action, captured, refunded, credits, royalties, money }) => {
    const [first, ...others] = money;
    return [
      { month, kind: 'earned', action, captured, refunded, credits, royalties, ...first },
      ...others.map((amount) => ({ month, kind: 'earned', action, ...amount })),
    ];
  });
  return [...earnedLines, ...deferred.map((figures) => ({ month, kind: 'deferred', ...figures }))];
}
