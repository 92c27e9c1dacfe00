import { escapeHtml } from './page';

/** How to show pieces of text that are different on a page than in a file. */
export interface MarkdownOptions {
  /** The address that a piece of code leads to; undefined: to none. */
  readonly linkOfCode?: (code: string) => string | undefined;
}

/**
 * The part of Markdown that our documents are written in, as HTML: headings (with the names that links within the document
 * use), paragraphs, lists, tables, code, links and emphasis. Everything else stays the text that it is. A link to another
 * file of the repository is its text alone, for that file is not on the page's server.
 */
export function markdownToHtml(markdown: string, options: MarkdownOptions = {}): string {
  return blocksOf(markdown)
    .map((lines) => blockToHtml(lines, options))
    .join('\n');
}

/** Groups of lines between empty ones; a fence keeps its lines together, empty ones too. */
function blocksOf(markdown: string): readonly (readonly string[])[] {
  const blocks: string[][] = [];
  let block: string[] = [];
  let isFenced = false;
  const end = (): void => {
    if (block.length > 0) blocks.push(block);
    block = [];
  };
  for (const line of markdown.replaceAll('\r\n', '\n').trim().split('\n')) {
    const isFence = line.startsWith('```');
    if (isFence && !isFenced) end();
    if (isFenced || isFence || line.trim() !== '') block.push(line);
    else end();
    if (isFence && isFenced) end();
    if (isFence) isFenced = !isFenced;
  }
  end();
  return blocks;
}

function blockToHtml(lines: readonly string[], options: MarkdownOptions): string {
  const [first = ''] = lines;
  if (first.startsWith('```')) return `<pre><code>${escapeHtml(lines.slice(1, -1).join('\n'))}</code></pre>`;
  if (first.startsWith('|')) return tableToHtml(lines, options);
  const [, marks, heading] = /^(#{1,3}) (.*)$/.exec(first) ?? [];
  if (marks !== undefined && heading !== undefined) {
    const level = marks.length;
    return `<h${level} id="${anchorOf(heading)}">${inlineToHtml(heading, options)}</h${level}>`;
  }
  const list = /^(?:(-)|\d+\.) /.exec(first);
  if (list !== null) {
    const tag = list[1] === undefined ? 'ol' : 'ul';
    const items = lines.join('\n').split(/^(?:-|\d+\.) /m);
    return `<${tag}>${items
      .slice(1)
      .map((item) => `<li>${inlineToHtml(item.trimEnd(), options)}</li>`)
      .join('')}</${tag}>`;
  }
  return `<p>${inlineToHtml(lines.join('\n'), options)}</p>`;
}

function tableToHtml([head = '', , ...rows]: readonly string[], options: MarkdownOptions): string {
  const row = (line: string, tag: 'td' | 'th') =>
    `<tr>${cellsOf(line)
      .map((cell) => `<${tag}>${inlineToHtml(cell, options)}</${tag}>`)
      .join('')}</tr>`;
  return `<table>${[row(head, 'th'), ...rows.map((line) => row(line, 'td'))].join('\n')}</table>`;
}

/** The cells of a table's line. None of ours has a bar in it. */
function cellsOf(line: string): readonly string[] {
  return line
    .trim()
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** As GitHub names headings, so that a link within a document works in both places. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

/** Code first, so that nothing inside it is taken for a mark. */
function inlineToHtml(text: string, { linkOfCode }: MarkdownOptions): string {
  return text
    .split(/(`[^`]+`)/)
    .map((part) =>
      part.startsWith('`') && part.length > 1
        ? codeToHtml(part.slice(1, -1), linkOfCode)
        : escapeHtml(part)
            .replaceAll(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
            .replaceAll(/\[([^\]]+)\]\(((?:https?:\/\/|\.{0,2}\/?)[\w./#-]+)\)/g, linkToHtml),
    )
    .join('');
}

function codeToHtml(code: string, linkOf: MarkdownOptions['linkOfCode']): string {
  const html = `<code>${escapeHtml(code)}</code>`;
  const address = linkOf?.(code);
  return address === undefined ? html : `<a href="${escapeHtml(address)}">${html}</a>`;
}

function linkToHtml(_link: string, text: string, target: string): string {
  const isFile = !target.startsWith('http') && /\.md(#|$)/.test(target);
  return isFile ? text : `<a href="${target}">${text}</a>`;
}
