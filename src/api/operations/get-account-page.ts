import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findPackageRoot } from '../../platform/package-root';
import { defineOperation } from '../operation';
import { pageHeaders } from '../pages/page-headers';

export const getAccountPage = defineOperation({
  summary: 'Get the account page',
  description: 'Customers enter by the link of a portal session. The token stays in the browser.',
  tag: 'Pages',
  access: 'public',
  answers: { 200: { description: 'A self-contained page.', contentType: 'text/html' } },
  async handle() {
    const html = await readFile(join(findPackageRoot(), 'web/account.html'), 'utf8');
    return {
      status: 200,
      bytes: html,
      contentType: 'text/html; charset=utf-8',
      headers: pageHeaders(html),
    };
  },
});
