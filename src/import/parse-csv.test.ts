import { stringify } from 'csv-stringify/sync';
import { array, assert, constantFrom, property, string } from 'fast-check';
import { CsvError, parseCsv } from './parse-csv';

const NO_CSV = 'is not valid CSV: is a quote missing, or one too many?';

describe('a CSV file', () => {
  it('is read with quotes, line breaks within them, either kind of line end, and a byte order mark', () => {
    const text = '\uFEFFa,b\r\n"1, ""one""","x\r\ny"\n\n \r\n,\nlast,"';
    expect(parse(`${text}"`)).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['1, "one"', 'x\r\ny'] },
      { line: 5, cells: [' '] },
      { line: 6, cells: ['', ''] },
      { line: 7, cells: ['last', ''] },
    ]);
    for (const nothing of ['', '\uFEFF', '\n\r\n']) expect(parse(nothing)).toEqual([]);
  });

  it('names the line from which on it is none', () => {
    expect(faultOf('a,b\n"x\r\ny","\n\n')).toEqual([3, NO_CSV]);
    expect(faultOf('a\n\n"b"c')).toEqual([3, NO_CSV]);
    expect(faultOf('a\nb"c"')).toEqual([2, NO_CSV]);
    expect(faultOf('a\n\nb\0')).toEqual([3, 'contains a NUL character: is the file UTF-8?']);
    expect(faultOf(Buffer.from('a\r\n\xe9', 'latin1'))).toEqual([2, 'is not UTF-8']);
    expect(faultOf(Buffer.from('\uFEFFa', 'utf16le'))).toEqual([
      1,
      'contains a NUL character: is the file UTF-8?',
    ]);
  });

  it('is read as it was written, whatever stands in it', () => {
    const cell = string({ unit: constantFrom('a', '"', ',', '\n', '\r\n', ' ', 'é') });
    assert(
      property(array(array(cell, { minLength: 2, maxLength: 2 })), (rows) => {
        let line = 1;
        const expected = rows.map((cells) => {
          const record = { line, cells };
          line += 1 + linesIn(cells.join(''));
          return record;
        });
        expect(parse(stringify(rows))).toEqual(expected);
      }),
    );
  });
});

function parse(text: string) {
  return parseCsv(Buffer.from(text));
}

function faultOf(file: string | Buffer): unknown {
  try {
    return parseCsv(Buffer.from(file as string));
  } catch (error) {
    return error instanceof CsvError ? [error.line, error.fault] : error;
  }
}

function linesIn(text: string): number {
  return text.split('\n').length - 1;
}
