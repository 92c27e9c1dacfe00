import type { Response } from 'express';
import type { Knex } from 'knex';
import { z } from 'zod';
import {
  STATEMENT_CURSOR,
  listStatement as readStatement,
  type StatementRequest,
} from '../../../ledger/list-statement';
import { getCustomer } from '../../../store/customers';
import { defineOperation } from '../../define-operation';
import { customerInPath } from '../../http/belongs-to';
import { wantsCsv } from '../../http/wants-csv';
import { cursorSchema, instantSchema, pageOf, queryNumberSchema } from '../../schemas';
import {
  STATEMENT_CSV_HEADER,
  statementEntrySchema,
  statementEntryView,
  statementLines,
} from './statement-view';

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 100;

const query = z.strictObject({
  from: instantSchema.optional().meta({ description: 'The start, inclusive.' }),
  to: instantSchema.optional().meta({ description: 'The end, exclusive.' }),
  cursor: cursorSchema(STATEMENT_CURSOR).optional(),
  limit: queryNumberSchema(1, LIMIT_MAX).optional(),
});

export const listStatement = defineOperation({
  summary: "List a customer's statement",
  description:
    'Every movement of credits, and events that moved none, newest first. With `Accept: text/csv` the whole statement comes at once, unless a `limit` or a `cursor` is given; its last column, `change`, is the change of the available credits, with its sign.',
  tag: 'Customers',
  access: 'customer',
  belongsTo: customerInPath,
  query,
  answers: {
    200: {
      description: 'The movements, newest first.',
      schema: pageOf(statementEntrySchema),
      alternatives: ['text/csv'],
    },
  },
  find: ({ id }, { db }) => getCustomer(db, id),
  async handle({ query: { limit, ...range }, req }, { db }, { id }) {
    const page = await readStatement(db, id, { ...range, limit: limit ?? LIMIT_DEFAULT });
    if (!wantsCsv(req)) return { status: 200, body: { ...page, data: page.data.map(statementEntryView) } };
    if (limit !== undefined || range.cursor !== undefined) {
      const bytes = STATEMENT_CSV_HEADER + statementLines(page.data);
      return { status: 200, bytes, contentType: 'text/csv; charset=utf-8' };
    }
    return { stream: (res) => writeWhole(res, db, id, { ...range, limit: LIMIT_MAX }) };
  },
});

/** Page by page, at the pace of the reader, so that memory stays bounded however long the statement is. */
async function writeWhole(
  res: Response,
  db: Knex,
  customerId: string,
  request: StatementRequest,
): Promise<void> {
  res.status(200).type('text/csv; charset=utf-8');
  res.write(STATEMENT_CSV_HEADER);
  let cursor = request.cursor;
  do {
    const page = await readStatement(db, customerId, { ...request, cursor });
    const flushed = res.write(statementLines(page.data));
    if (!flushed && !res.destroyed) {
      await new Promise<void>((resolve) => {
        res.once('drain', resolve).once('close', resolve);
      });
    }
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && !res.destroyed);
  res.end();
}
