/**
 * The part of the usage text about the command that these words name, and the verb if they name one; the whole text when they
 * name no command. The word `help` and options do not count.
 */
export function usageOf(whole: string, words: readonly string[]): string {
  const [command, verb] = words.filter((word) => word !== 'help' && !word.startsWith('-'));
  const entries = entriesOf(whole);
  const ofCommand = entries.filter(({ names }) => names[0] === command);
  const ofVerb = ofCommand.filter(({ names }) => names[1] === verb && /^[a-z]/.test(verb ?? ''));
  const found = ofVerb.length > 0 ? ofVerb : ofCommand;
  if (found.length === 0) return whole;
  return `Usage:\n\n${found.map(({ text }) => text).join('\n')}`;
}

interface Entry {
  readonly names: readonly string[];
  readonly text: string;
}

/** An entry is a line that is indented by two columns, with the lines below it that are indented further. */
function entriesOf(whole: string): readonly Entry[] {
  const blocks = whole.match(/^ {2}\S.*(?:\n {4}.*)*/gm) ?? [];
  return blocks.map((block) => ({
    names: block.trim().split(/\s+/).slice(0, 2),
    text: block.replace(/^ {2}/, '  scrip ').replaceAll('\n', `\n${' '.repeat('scrip '.length)}`),
  }));
}
