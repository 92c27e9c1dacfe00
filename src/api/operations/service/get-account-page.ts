import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findPackageRoot } from '../../../platform/package-root';
import { definePage } from '../../define-page';

export const getAccountPage = definePage({
  summary: 'Get the account page',
  description: 'Customers enter through the link of a portal session. The token stays in the browser.',
  tag: 'Pages',
  answer: 'A self-contained page.',
  html: () => readFile(join(findPackageRoot(), 'web/account.html'), 'utf8'),
});
