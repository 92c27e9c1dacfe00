import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainError, ERROR_CODES, type ErrorCode } from '../../../domain/errors';
import { findPackageRoot } from '../../../platform/package-root';
import { definePage } from '../../define-page';
import { markdownToHtml } from '../../http/pages/markdown';
import { pageOf } from '../../http/pages/page';

export const getProblemPage = definePage<ErrorCode>({
  summary: 'Get the page of a problem code',
  description: 'The page that the `type` of a problem links to.',
  tag: 'System',
  answer: 'What the code means and what to do.',
  find({ id }) {
    const code = ERROR_CODES.find((known) => known === id);
    if (code === undefined) throw new DomainError('not_found', 'There is no problem with this code.');
    return code;
  },
  async html(_deps, code) {
    const markdown = await readFile(join(findPackageRoot(), 'docs/problems', `${code}.md`), 'utf8');
    return pageOf(code, markdownToHtml(markdown));
  },
});
