import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findPackageRoot } from '../../platform/package-root';
import { defineOperation } from '../operation';
import { operatorsPage } from '../pages/operators-page';
import { pageHeaders } from '../pages/page-headers';

export const getOperatorsPage = defineOperation({
  summary: 'Get the runbook',
  description:
    'How to find and fix each kind of trouble. Where `TEMPORAL_UI_URL` is set, its queries are links into the Temporal Web UI.',
  tag: 'System',
  access: 'public',
  answers: { 200: { description: 'The runbook.', contentType: 'text/html' } },
  async handle(_call, { clock, temporalUi }) {
    const runbook = await readFile(join(findPackageRoot(), 'docs/runbook.md'), 'utf8');
    const html = operatorsPage(runbook, temporalUi, await clock.now());
    return {
      status: 200,
      bytes: html,
      contentType: 'text/html; charset=utf-8',
      headers: pageHeaders(html),
    };
  },
});
