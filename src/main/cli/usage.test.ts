import { usageOf } from './usage';

const WHOLE = `Usage: scrip <command>

  migrate                    bring the database up to date
  keys create --name NAME    make a key
  keys list
  customers import FILE.csv [--dry-run]
                             bring subscribers over; all of
                             them or none

It works on the running stack.`;

describe('the usage of a command', () => {
  it.each([
    [['migrate', 'now'], ['migrate']],
    [['keys'], ['keys create', 'keys list']],
    [
      ['keys', 'make'],
      ['keys create', 'keys list'],
    ],
    [['keys', 'create', '--scope', 'x'], ['keys create']],
    [['help', 'keys', 'list'], ['keys list']],
  ])('is told of the one at hand alone: %j', (words, commands) => {
    const said = usageOf(WHOLE, words);
    const lines = said.split('\n').filter((line) => line.startsWith('  scrip '));
    expect(lines.map((line) => line.replace(/^ {2}scrip /, '').split(/ --| {2}/)[0])).toEqual(commands);
    expect(said).not.toContain('It works on');
  });

  it('keeps the lines that belong to it', () => {
    expect(usageOf(WHOLE, ['customers', '--help'])).toContain('them or none');
  });

  it('is the whole when no command is named, or one that is none', () => {
    for (const words of [[], ['--help'], ['toString'], ['help']]) expect(usageOf(WHOLE, words)).toBe(WHOLE);
  });
});
