import { escapeHtml, pageOf } from '../../http/pages/page';
import type { Problem } from '../../http/problems';

/** A problem as a page, for a person in a browser. */
export function problemPage({ title, status, code, detail, requestId }: Problem): string {
  return pageOf(
    title,
    `<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(detail)}</p>
<p>${status} <a href="/docs/problems/${code}"><code>${code}</code></a>, request <code>${escapeHtml(requestId)}</code></p>
<p><a href="/account">Your credits</a> · <a href="/docs">The API</a></p>`,
  );
}
