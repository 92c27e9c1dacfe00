import { CsvError as SyntaxFault, parse } from 'csv-parse/sync';

/** A record and the line of the file on which it begins, counted from 1. */
export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

/** The file is not valid CSV from this line on. */
export class CsvError extends Error {
  constructor(
    readonly line: number,
    readonly fault: string,
  ) {
    super(`line ${String(line)} ${fault}`);
  }
}

const LINE_FEED = 0x0a;

/**
 * Parses CSV as in RFC 4180, in UTF-8 with or without a byte order mark. Lines end with CR LF or LF; blank lines are
 * skipped. Throws `CsvError` for anything else, and for NUL, which Postgres cannot store.
 */
export function parseCsv(bytes: Buffer): readonly CsvRecord[] {
  refuseForeignBytes(bytes);
  const lineAt = createLineCounter(bytes);
  let begun = 0;
  return readRecords(bytes).map(({ record, info }) => {
    const line = lineAt(begun);
    begun = info.bytes;
    return { line, cells: record };
  });
}

/** What the parser answers with the option `info`, which is missing in its types. */
interface Read {
  readonly record: readonly string[];
  /** Where the record ends. Its line count cannot be used: it counts a CR LF between quotes twice. */
  readonly info: { readonly bytes: number };
}

function readRecords(bytes: Buffer): readonly Read[] {
  try {
    const options = { info: true, record_delimiter: ['\r\n', '\n'], relax_column_count: true };
    return parse(bytes, { ...options, bom: true, skip_empty_lines: true }) as unknown as Read[];
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    const line = createLineCounter(bytes)(Number(error['bytes']));
    throw new CsvError(line, 'is not valid CSV: is a quote missing, or one too many?');
  }
}

/** Answers the line of the first byte at or after an offset that is not on a blank line; offsets only grow. */
function createLineCounter(bytes: Buffer): (offset: number) => number {
  let line = 1;
  let at = 0;
  return (offset) => {
    for (; at < offset || isLineEnd(bytes, at); at += 1) if (bytes[at] === LINE_FEED) line += 1;
    return line;
  };
}

function isLineEnd(bytes: Buffer, at: number): boolean {
  return bytes[at] === LINE_FEED || (bytes[at] === 0x0d && bytes[at + 1] === LINE_FEED);
}

function refuseForeignBytes(bytes: Buffer): void {
  const nul = bytes.indexOf(0);
  if (nul >= 0)
    throw new CsvError(createLineCounter(bytes)(nul), 'contains a NUL character: is the file UTF-8?');
  const text = new TextDecoder('utf-8', { fatal: true });
  for (let line = 1, from = 0; from < bytes.length; line += 1) {
    const end = bytes.indexOf(LINE_FEED, from);
    const to = end < 0 ? bytes.length : end + 1;
    try {
      text.decode(bytes.subarray(from, to));
    } catch {
      throw new CsvError(line, 'is not UTF-8');
    }
    from = to;
  }
}
