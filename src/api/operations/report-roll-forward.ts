import { z } from 'zod';
import { rollForwardReport, type RollForwardMonth } from '../../ledger/roll-forward-report';
import { defineOperation } from '../operation';
import { assertRange, reportQuery } from '../report-range';
import { answerCredits, pageOf } from '../schemas';
import { csvOf } from '../views/csv';
import { wantsCsv } from '../wants-csv';

const COLUMNS = [
  'month',
  'opening',
  'granted',
  'captured',
  'refunded',
  'expired',
  'clawed',
  'restored',
  'closing',
] as const satisfies readonly (keyof RollForwardMonth)[];

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

export const reportRollForward = defineOperation({
  summary: 'Roll the credits of all customers forward, month by month',
  description: 'opening + granted − captured + refunded − expired − clawed + restored = closing.',
  tag: 'Operators',
  access: 'operator',
  query: reportQuery,
  answers: {
    200: {
      description: 'Every month of the range, oldest first.',
      schema: pageOf(monthSchema),
      alternatives: ['text/csv'],
    },
  },
  find({ query }) {
    assertRange(query);
    return Promise.resolve(undefined);
  },
  async handle({ query, req }, { db }) {
    const months = await rollForwardReport(db, query);
    if (wantsCsv(req)) {
      return { status: 200, bytes: csvOf(COLUMNS, months), contentType: 'text/csv; charset=utf-8' };
    }
    return { status: 200, body: { data: months, nextCursor: null } };
  },
});
