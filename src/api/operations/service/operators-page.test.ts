import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Instant } from '../../../domain/instants';
import { findPackageRoot } from '../../../platform/package-root';
import { createTemporalUi } from '../../../platform/temporal-ui';
import { operatorsPage } from './operators-page';

const NOW = '2026-11-28T12:00:00.000Z' as Instant;
const UI = createTemporalUi('https://ui.example', 'scrip');
const runbook = readFileSync(join(findPackageRoot(), 'docs/runbook.md'), 'utf8');

const queriesOf = (html: string): readonly string[] =>
  [...html.matchAll(/href="(https:\/\/ui\.example[^"]*)"/g)].map(
    ([, address = '']) => new URL(address.replaceAll('&amp;', '&')).searchParams.get('query') ?? '',
  );

describe('the runbook as a page', () => {
  it('links each query, with instants for the words that stand for one', () => {
    const text = 'Ask `WorkflowType = "spend" AND StartTime < "<an hour ago>"`, `ScripNextGrant < "<now>"`.';
    expect(queriesOf(operatorsPage(text, UI, NOW))).toEqual([
      'WorkflowType = "spend" AND StartTime < "2026-11-28T11:00:00.000Z"',
      'ScripNextGrant < "2026-11-28T12:00:00.000Z"',
    ]);
  });

  it('links nothing that still wants an id, and nothing where no UI is known', () => {
    expect(queriesOf(operatorsPage('`ScripCustomer = "cus_…"` `lookAgain`', UI, NOW))).toEqual([]);
    const page = operatorsPage('`ScripAction = "train_model"`', undefined, NOW);
    expect(page).toContain('<p><code>ScripAction = &quot;train_model&quot;</code></p>');
  });

  it('leaves no word for an instant in a link', () => {
    const queries = queriesOf(operatorsPage(runbook, UI, NOW));
    expect(queries.length).toBeGreaterThan(7);
    for (const query of queries) expect(query).not.toMatch(/[<>] *"?</);
  });

  it('looks among running workflows for whatever is there until it is mended', () => {
    const ended = queriesOf(operatorsPage(runbook, UI, NOW)).filter(
      (query) => !query.includes('ExecutionStatus = "Running"'),
    );
    expect(ended).toEqual([
      'ScripAction = "train_model" AND ScripSpendStatus = "failed"',
      'ScripFailure = "provider_error"',
      'WorkflowType = "spend" AND ExecutionStatus = "Terminated"',
    ]);
  });

  it('has every place that it links to within itself', () => {
    const page = operatorsPage(runbook, UI, NOW);
    const named = [...page.matchAll(/href="#([^"]+)"/g)].map(([, anchor]) => anchor);
    expect(named.filter((anchor) => !page.includes(`id="${String(anchor)}"`))).toEqual([]);
  });
});
