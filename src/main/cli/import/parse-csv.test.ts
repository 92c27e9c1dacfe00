import { stringify } from 'csv-stringify/sync';
import { array, assert, constantFrom, property, string } from 'fast-check';
import { CsvError, parseCsv } from './parse-csv';

describe('a CSV file', () => {
  it('is read with quotes, line breaks within them, either kind of line end, and a byte order mark', () => {
    const text = '\uFEFFa,b\r\n"1, ""one""","x\ny"\n\n,\nlast,"',
      closed = `${text}"`;
    expect(parseCsv(closed)).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['1, "one"', 'x\ny'] },
      { line: 5, cells: ['', ''] },
      { line: 6, cells: ['last', ''] },
    ]);
    expect(() => parseCsv(text)).toThrow(new CsvError(6));
    expect(() => parseCsv('a\n"b"c')).toThrow(new CsvError(2));
    expect(parseCsv('')).toEqual([]);
  });

  it('is read as it was written, whatever stands in it', () => {
    const cell = string({ unit: constantFrom('a', '"', ',', '\n', ' ', 'é') });
    assert(
      property(array(array(cell, { minLength: 2, maxLength: 2 })), (rows) => {
        expect(parseCsv(stringify(rows)).map(({ cells }) => cells)).toEqual(rows);
      }),
    );
  });
});
