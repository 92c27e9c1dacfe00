import { markdownToHtml } from './markdown';

describe('a document of ours as a page', () => {
  it.each([
    [
      'a heading, named as links within the document name it',
      '## Why it waits!',
      '<h2 id="why-it-waits">Why it waits!</h2>',
    ],
    ['a paragraph', 'One\ntwo', '<p>One\ntwo</p>'],
    ['emphasis', 'a **b** c', '<p>a <strong>b</strong> c</p>'],
    ['code, in which nothing is a mark', '`**x** <y>`', '<p><code>**x** &lt;y&gt;</code></p>'],
    ['a list', '- one\n  goes on\n- two', '<ul><li>one\n  goes on</li><li>two</li></ul>'],
    ['a numbered list', '1. one\n2. two', '<ol><li>one</li><li>two</li></ol>'],
    ['a fence, with its empty lines', '```sh\na\n\nb\n```', '<pre><code>a\n\nb</code></pre>'],
    [
      'a table',
      '| a | b |\n| --- | --- |\n| `c` | d |',
      '<table><tr><th>a</th><th>b</th></tr>\n<tr><td><code>c</code></td><td>d</td></tr></table>',
    ],
    ['a link', '[x](https://a.example/b)', '<p><a href="https://a.example/b">x</a></p>'],
    ['a link within the document', '[x](#y)', '<p><a href="#y">x</a></p>'],
    ['a link to another file, which is not there', '[x](../src/a.md#b)', '<p>x</p>'],
  ])('has %s', (_what, markdown, html) => {
    expect(markdownToHtml(markdown)).toBe(html);
  });

  it('keeps apart what is written without an empty line around a fence', () => {
    expect(markdownToHtml('Say:\n```\na\n```\nThen')).toBe(
      '<p>Say:</p>\n<pre><code>a</code></pre>\n<p>Then</p>',
    );
  });

  it('links a piece of code where it leads somewhere', () => {
    const linkOfCode = (code: string) => (code === 'q = "1"' ? 'http://ui.example/?a&b' : undefined);
    expect(markdownToHtml('`q = "1"` and `x`', { linkOfCode })).toBe(
      '<p><a href="http://ui.example/?a&amp;b"><code>q = &quot;1&quot;</code></a> and <code>x</code></p>',
    );
  });
});
