import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainError, ERROR_CODES, type ErrorCode } from '../../domain/errors';
import { findPackageRoot } from '../../platform/package-root';
import { definePage } from '../pages/define-page';
import { markdownToHtml } from '../pages/markdown';
import { pageOf } from '../pages/page';

export const getProblemPage = definePage<ErrorCode>({
  summary: 'Explain a problem code',
  description: 'Where the `type` of a problem points to.',
  tag: 'System',
  answer: 'What it means and what to do.',
  find({ id }) {
    const code = ERROR_CODES.find((known) => known === id);
    if (code === undefined) throw new DomainError('not_found', 'There is no such problem code.');
    return code;
  },
  async html(_openApi, code) {
    const markdown = await readFile(join(findPackageRoot(), 'docs/problems', `${code}.md`), 'utf8');
    return pageOf(code, markdownToHtml(markdown));
  },
});
