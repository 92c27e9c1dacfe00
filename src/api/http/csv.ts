import { stringify } from 'csv-stringify/sync';

/** Records as CSV with a header. What a spreadsheet would take for a formula is kept text. */
export function csvOf<Column extends string>(
  columns: readonly Column[],
  records: readonly Readonly<Partial<Record<Column, unknown>>>[],
): string {
  return `${columns.join(',')}\n${csvLines(columns, records)}`;
}

/** The same without the header. */
export function csvLines<Column extends string>(
  columns: readonly Column[],
  records: readonly Readonly<Partial<Record<Column, unknown>>>[],
): string {
  return stringify([...records], { columns: [...columns], escape_formulas: true });
}
