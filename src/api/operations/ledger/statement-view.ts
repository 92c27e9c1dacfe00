import { z } from 'zod';
import { STATEMENT_CODES, type StatementEntry } from '../../../ledger/list-statement';
import { csvLines, csvOf } from '../../http/csv';
import { answerCredits, answerId, answerInstant } from '../../schemas';

export const statementEntrySchema = z
  .strictObject({
    id: answerId,
    at: answerInstant,
    code: z.enum(STATEMENT_CODES),
    credits: answerCredits.meta({
      description:
        'How many credits moved; the code says in which direction. Zero for an event that moved none.',
    }),
    available: answerCredits,
    held: answerCredits,
    owed: answerCredits,
    reason: z.string(),
    spendId: answerId.optional(),
    grantId: answerId.optional(),
    orderId: answerId.optional(),
    subscriptionId: answerId.optional(),
  })
  .meta({ id: 'StatementEntry', description: 'One movement, and the three numbers after it.' });

/** An entry as programs read it: its code says which way the credits went. */
export function statementEntryView(entry: StatementEntry): z.output<typeof statementEntrySchema> {
  const { id, at, code, credits, available, held, owed, reason } = entry;
  const { spendId, grantId, orderId, subscriptionId } = entry;
  return {
    id,
    at,
    code,
    credits,
    available,
    held,
    owed,
    reason,
    ...(spendId === undefined ? {} : { spendId }),
    ...(grantId === undefined ? {} : { grantId }),
    ...(orderId === undefined ? {} : { orderId }),
    ...(subscriptionId === undefined ? {} : { subscriptionId }),
  };
}

/** The columns of the CSV, for people and spreadsheets: `change` is the signed change of the available credits. */
const COLUMNS = [
  'id',
  'at',
  'code',
  'credits',
  'available',
  'held',
  'owed',
  'reason',
  'spendId',
  'grantId',
  'orderId',
  'subscriptionId',
  'change',
] as const satisfies readonly (keyof StatementEntry)[];

export const STATEMENT_CSV_HEADER = csvOf(COLUMNS, []);

/** Entries as lines of CSV, without the header. */
export function statementLines(entries: readonly StatementEntry[]): string {
  return csvLines(COLUMNS, entries);
}
