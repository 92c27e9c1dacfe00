import { createHash } from 'node:crypto';

/** What a page of ours is answered with: nothing but its own script and style runs, and it talks to nobody but this server. */
export function pageHeaders(html: string): Readonly<Record<string, string>> {
  return { 'Content-Security-Policy': policyOf(html), 'Referrer-Policy': 'no-referrer' };
}

function policyOf(html: string): string {
  return [
    "default-src 'none'",
    `script-src ${sourcesOf('script', html)}`,
    `style-src ${sourcesOf('style', html)}`,
    // The empty icon, which spares a request.
    'img-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** The page's own elements by their hashes; none when it has none. */
function sourcesOf(tag: 'script' | 'style', html: string): string {
  const hashes = [...html.matchAll(new RegExp(`<${tag}>([^]*?)</${tag}>`, 'g'))].map(
    ([, content = '']) => `'sha256-${createHash('sha256').update(content).digest('base64')}'`,
  );
  return hashes.length === 0 ? "'none'" : hashes.join(' ');
}
