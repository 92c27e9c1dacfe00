import { plusMs } from '../../../domain/instants';
import { type Instant } from '../../../domain/instants';
import type { TemporalUi } from '../../../platform/temporal-ui';
import { markdownToHtml } from '../../http/pages/markdown';
import { pageOf } from '../../http/pages/page';

const AWAY_MS = { now: 0, 'an hour ago': -3_600_000, 'a month from now': 31 * 86_400_000 };

/**
 * The runbook as a page: each of its queries is a link to its results in this installation's Web UI, as of now. Where the UI is
 * unknown the queries stay plain text.
 */
export function operatorsPage(runbook: string, ui: TemporalUi | undefined, now: Instant): string {
  const linkOfCode = (code: string) => (ui !== undefined && isQuery(code) ? ui.list(code) : undefined);
  return pageOf('Operators', markdownToHtml(withInstants(runbook, now), { linkOfCode }));
}

/** Whether a piece of code is a complete query; one with `…` in it still needs an id. */
function isQuery(code: string): boolean {
  return /^(?:WorkflowType|ExecutionStatus|Scrip[A-Z]\w+) *[=<>]/.test(code) && !code.includes('…');
}

/** Fills in instants for words like `<now>`, because Temporal's queries and Updates know no relative time. */
export function withInstants(text: string, now: Instant): string {
  return text.replaceAll(/<(now|an hour ago|a month from now)>/g, (_words, name: keyof typeof AWAY_MS) =>
    plusMs(now, AWAY_MS[name]),
  );
}
