import { IMPORT_COLUMNS, type ImportCells } from '../domain/subscriptions/import-line';
import { CsvError, parseCsv, type CsvRecord } from './parse-csv';

/** What is wrong with a line of the file. */
export interface BadLine {
  readonly line: number;
  readonly faults: readonly string[];
}

export interface ReadSubscribers {
  readonly lines: readonly { readonly line: number; readonly cells: ImportCells }[];
  /** The lines whose number of cells is wrong. */
  readonly bad: readonly BadLine[];
}

/** Splits the file into its columns, which may be in any order. Does not check their content. */
export function readSubscribers(file: Buffer): ReadSubscribers {
  try {
    const [header, ...records] = parseCsv(file);
    const columns = (header?.cells ?? []).map((cell) => cell.trim());
    const faults = faultsOfHeader(columns);
    if (faults.length > 0) return { lines: [], bad: [{ line: header?.line ?? 1, faults }] };
    const isWhole = ({ cells }: CsvRecord) => cells.length === columns.length;
    return {
      lines: records.filter(isWhole).map(({ line, cells }) => ({ line, cells: named(columns, cells) })),
      bad: records
        .filter((record) => !isWhole(record))
        .map(({ line, cells }) => ({
          line,
          faults: [`has ${String(cells.length)} cells, not ${String(columns.length)}`],
        })),
    };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { lines: [], bad: [{ line: error.line, faults: [error.fault] }] };
  }
}

function faultsOfHeader(columns: readonly string[]): readonly string[] {
  const known: readonly string[] = IMPORT_COLUMNS;
  return [
    ...known.filter((column) => !columns.includes(column)).map((column) => `column ${column} is missing`),
    ...columns
      .filter((column, index) => !known.includes(column) || columns.indexOf(column) !== index)
      .map((column) => `column ${JSON.stringify(column)} is unknown or repeated`),
  ];
}

function named(columns: readonly string[], cells: readonly string[]): ImportCells {
  const cellOf = (column: string) => cells[columns.indexOf(column)] ?? '';
  return Object.fromEntries(IMPORT_COLUMNS.map((column) => [column, cellOf(column)])) as ImportCells;
}
