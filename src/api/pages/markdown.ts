import { escapeHtml } from './page';

/**
 * The small part of Markdown that docs/problems is written in, as HTML: headings, paragraphs, lists, code, links and
 * emphasis. Everything else stays the text that it is.
 */
export function markdownToHtml(markdown: string): string {
  const blocks = markdown
    .replaceAll('\r\n', '\n')
    .trim()
    .split(/\n{2,}(?![^`]*```(?:\n|$))/);
  return blocks.map(blockToHtml).join('\n');
}

function blockToHtml(block: string): string {
  const code = /^```\w*\n([^]*?)\n?```$/.exec(block)?.[1];
  if (code !== undefined) return `<pre><code>${escapeHtml(code)}</code></pre>`;
  const [, marks, heading] = /^(#{1,3}) (.*)$/.exec(block) ?? [];
  if (marks !== undefined && heading !== undefined) {
    return `<h${marks.length}>${inlineToHtml(heading)}</h${marks.length}>`;
  }
  if (block.startsWith('- ')) {
    const items = block.slice(2).split(/\n- /);
    return `<ul>${items.map((item) => `<li>${inlineToHtml(item)}</li>`).join('')}</ul>`;
  }
  return `<p>${inlineToHtml(block)}</p>`;
}

/** Code first, so that nothing inside it is taken for a mark. */
function inlineToHtml(text: string): string {
  return text
    .split(/(`[^`]+`)/)
    .map((part) =>
      part.startsWith('`') && part.length > 1
        ? `<code>${escapeHtml(part.slice(1, -1))}</code>`
        : escapeHtml(part)
            .replaceAll(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
            .replaceAll(/\[([^\]]+)\]\(((?:https?:\/\/|\.?\/?)[\w./#-]+)\)/g, '<a href="$2">$1</a>'),
    )
    .join('');
}
