import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findPackageRoot } from '../../platform/package-root';
import { definePage } from '../pages/define-page';

export const getAccountPage = definePage({
  summary: 'Show a customer what they have',
  description: 'Entered by the link of a portal session; the token stays in the browser.',
  tag: 'Pages',
  answer: 'A page that needs nothing from elsewhere.',
  html: () => readFile(join(findPackageRoot(), 'web/account.html'), 'utf8'),
});
