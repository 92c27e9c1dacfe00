import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findPackageRoot } from '../../../platform/package-root';
import { definePage } from '../../define-page';
import { operatorsPage } from './operators-page';

export const getOperatorsPage = definePage({
  summary: 'Get the runbook',
  description:
    'How to find and fix each kind of trouble. Where `TEMPORAL_UI_URL` is set, its queries are links into the Temporal Web UI.',
  tag: 'System',
  answer: 'The runbook.',
  async html({ clock, temporalUi }) {
    const runbook = await readFile(join(findPackageRoot(), 'docs/runbook.md'), 'utf8');
    return operatorsPage(runbook, temporalUi, await clock.now());
  },
});
