import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findPackageRoot } from '../../platform/package-root';
import { defineOperation } from '../operation';
import { operatorsPage } from '../pages/operators-page';
import { pageHeaders } from '../pages/page-headers';

export const getOperatorsPage = defineOperation({
  summary: 'Show the runbook',
  description:
    'How each trouble is seen and mended. Where `TEMPORAL_UI_URL` is known, its queries lead to what they find in the Temporal Web UI.',
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
