import type { Knex } from 'knex';
import { z } from 'zod';
import { DomainError } from '../../../domain/errors';
import type { ReportRange } from '../../../ledger/report-months';
import { defineOperation } from '../../define-operation';
import type { ApiDeps } from '../../deps';
import { nobody } from '../../http/belongs-to';
import { csvOf } from '../../http/csv';
import type { AnyOperation } from '../../http/operation';
import { wantsCsv } from '../../http/wants-csv';
import { instantSchema, pageOf } from '../../schemas';

/** Reports cover whole months in UTC. */
const reportQuery = z.strictObject({
  from: instantSchema
    .optional()
    .meta({ description: 'The first month: the one that contains this instant.' }),
  to: instantSchema.optional().meta({
    description:
      'The end, exclusive: the last month is the one that contains the moment just before this instant. After `from`, at most a hundred years after it.',
  }),
});

export interface Report<Month, Column extends string> {
  readonly summary: string;
  readonly description: string;
  readonly monthSchema: z.ZodType;
  readonly read: (db: Knex, range: ReportRange) => Promise<readonly Month[]>;
  /** Those of the CSV, in their order. */
  readonly columns: readonly Column[];
  /** The lines of the CSV that show a month. */
  readonly linesOf: (month: Month) => readonly Readonly<Partial<Record<Column, unknown>>>[];
}

/** An operator's report by month: JSON, or CSV for whoever asks for that. Refuses a reversed range (`invalid_request`). */
export function defineReport<Month, Column extends string>(
  report: Report<Month, Column>,
): AnyOperation<ApiDeps> {
  return defineOperation({
    summary: report.summary,
    description: report.description,
    tag: 'Operators',
    access: 'operator',
    belongsTo: nobody,
    query: reportQuery,
    answers: {
      200: {
        description: 'The months, oldest first.',
        schema: pageOf(report.monthSchema),
        alternatives: ['text/csv'],
      },
    },
    find({ query: { from, to } }) {
      if (from !== undefined && to !== undefined && from >= to) {
        throw new DomainError('invalid_request', 'from must lie before to.', { field: 'from' });
      }
      return Promise.resolve(undefined);
    },
    async handle({ query, req }, { db }) {
      const months = await report.read(db, query);
      if (!wantsCsv(req)) return { status: 200, body: { data: months, nextCursor: null } };
      const bytes = csvOf(report.columns, months.flatMap(report.linesOf));
      return { status: 200, bytes, contentType: 'text/csv; charset=utf-8' };
    },
  });
}
