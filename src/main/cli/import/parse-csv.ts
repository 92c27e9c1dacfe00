/** A record and the line of the file on which it begins, counted from 1. */
export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

/** The text is no CSV (RFC 4180) from a line on. */
export class CsvError extends Error {
  constructor(readonly line: number) {
    super(`line ${String(line)} is no CSV: is a quote open, or one too many?`);
  }
}

/** One cell, quoted or not, and what ends it. */
const CELL = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;

/** Parses CSV as RFC 4180 has it. Blank lines are left out. Throws `CsvError`. */
export function parseCsv(text: string): readonly CsvRecord[] {
  const cell = new RegExp(CELL);
  cell.lastIndex = text.startsWith('\uFEFF') ? 1 : 0;
  const records: CsvRecord[] = [];
  let cells: string[] = [];
  let begun = 1;
  let line = 1;
  for (;;) {
    const match = cell.exec(text);
    if (match === null) throw new CsvError(line);
    const [all, quoted, plain = '', end] = match;
    cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    line += all.split('\n').length - 1;
    if (end === ',') continue;
    if (cells.length > 1 || cells[0] !== '') records.push({ line: begun, cells });
    if (end === '') return records;
    cells = [];
    begun = line;
  }
}
