import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findPackageRoot } from '../../platform/package-root';
import { defineOperation } from '../operation';

export const getAccountPage = defineOperation({
  summary: 'Show a customer what they have',
  description: 'Entered by the link of a portal session; the token stays in the browser.',
  tag: 'Pages',
  access: 'public',
  answers: { 200: { description: 'A page that needs nothing from elsewhere.', contentType: 'text/html' } },
  async handle() {
    const html = await readFile(join(findPackageRoot(), 'web/account.html'), 'utf8');
    return {
      status: 200,
      bytes: html,
      contentType: 'text/html; charset=utf-8',
      headers: { 'Content-Security-Policy': policyOf(html), 'Referrer-Policy': 'no-referrer' },
    };
  },
});

/** Nothing but the page's own script and style runs, and it talks to nobody but this server. */
function policyOf(html: string): string {
  const hashes = (tag: string): string =>
    [...html.matchAll(new RegExp(`<${tag}>([^]*?)</${tag}>`, 'g'))]
      .map(([, content = '']) => `'sha256-${createHash('sha256').update(content).digest('base64')}'`)
      .join(' ');
  return [
    "default-src 'none'",
    `script-src ${hashes('script')}`,
    `style-src ${hashes('style')}`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
