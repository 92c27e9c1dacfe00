import { parseArgument, parseOptions, runVerb } from './command';

const options = { json: { type: 'boolean' }, customer: { type: 'string' } } as const;

describe('the arguments of a command', () => {
  it('are read as its options and the one argument it takes', () => {
    expect(parseOptions(['--customer', 'cus_1', '--json'], options)).toEqual({
      customer: 'cus_1',
      json: true,
    });
    expect(parseArgument(['a.csv', '--json'], options, 'CSV file')).toEqual({
      argument: 'a.csv',
      values: { json: true },
    });
  });

  it.each([
    [['cus_1'], 'Unexpected argument "cus_1".'],
    [['--color'], /Unknown option '--color'\.?$/],
    [['--customer'], "Option '--customer <value>' argument missing"],
  ])('are refused when the command does not know them: %j', (args, message) => {
    expect(() => parseOptions(args, options)).toThrow(message);
  });

  it('are refused when the argument is missing or not alone', async () => {
    for (const args of [[], ['a', 'b']])
      expect(() => parseArgument(args, options, 'CSV file')).toThrow('Exactly one CSV file is required.');
    const nothing = () => Promise.resolve(0);
    expect(() => runVerb('keys', { create: nothing, list: nothing }, ['toString'])).toThrow(
      'Unknown subcommand "toString". Subcommands of keys: create, list.',
    );
    expect(() => runVerb('keys', { list: nothing }, [])).toThrow(/^Subcommands of keys: list\.$/);
    expect(await runVerb('keys', { list: nothing }, ['list'])).toBe(0);
  });
});
