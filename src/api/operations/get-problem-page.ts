import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainError, ERROR_CODES } from '../../domain/errors';
import { findPackageRoot } from '../../platform/package-root';
import { defineOperation } from '../operation';
import { markdownToHtml } from '../pages/markdown';
import { pageOf } from '../pages/page';
import { pageHeaders } from '../pages/page-headers';

export const getProblemPage = defineOperation({
  summary: 'Get the page of a problem code',
  description: 'The page that the `type` of a problem links to.',
  tag: 'System',
  access: 'public',
  answers: { 200: { description: 'What the code means and what to do.', contentType: 'text/html' } },
  find({ id }) {
    const code = ERROR_CODES.find((known) => known === id);
    if (code === undefined) throw new DomainError('not_found', 'There is no problem with this code.');
    return Promise.resolve(code);
  },
  async handle(_call, _deps, code) {
    const markdown = await readFile(join(findPackageRoot(), 'docs/problems', `${code}.md`), 'utf8');
    const html = pageOf(code, markdownToHtml(markdown));
    return {
      status: 200,
      bytes: html,
      contentType: 'text/html; charset=utf-8',
      headers: pageHeaders(html),
    };
  },
});
