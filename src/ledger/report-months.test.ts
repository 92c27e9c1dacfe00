import { instantOf } from '../domain/instants';
import { monthsOf } from './report-months';

const at = (text: string) => instantOf(Date.parse(text));

describe('the months of a report', () => {
  it('are those that the range touches, its end excluded', () => {
    const range = { from: at('2025-12-31T23:59:59.999Z'), to: at('2026-03-01') };
    expect(monthsOf(range, [])).toEqual(['2025-12', '2026-01', '2026-02']);
    expect(monthsOf({ ...range, to: at('2026-03-01T00:00:00.001Z') }, []).at(-1)).toBe('2026-03');
  });

  it('reach from the first to the last movement when nothing else is asked for, without a gap', () => {
    expect(monthsOf({}, ['2025-11', '2026-02'])).toEqual(['2025-11', '2025-12', '2026-01', '2026-02']);
    expect(monthsOf({}, [])).toEqual([]);
    expect(monthsOf({ from: at('2026-02-10') }, ['2025-11', '2026-02'])).toEqual(['2026-02']);
  });

  it.each([{ from: at('1900-01-01') }, { to: at('9999-12-31') }])('are a century at most: %o', (range) => {
    expect(() => monthsOf(range, ['2025-11', '2026-02'])).toThrow('A report covers at most a hundred years.');
  });
});
