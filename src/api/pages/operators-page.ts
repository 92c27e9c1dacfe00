import { epochMsOf, instantOf, type Instant } from '../../domain/instants';
import type { TemporalUi } from '../../platform/temporal-ui';
import { markdownToHtml } from './markdown';
import { pageOf } from './page';

const HOUR_MS = 3_600_000;

/**
 * The runbook as a page: each of its queries is a link to what it finds in this installation's Web UI, as of now. Where the UI
 * is not known they stay the text that they are.
 */
export function operatorsPage(runbook: string, ui: TemporalUi | undefined, now: Instant): string {
  const linkOfCode = (code: string) =>
    ui !== undefined && isQuery(code) ? ui.list(withInstants(code, now)) : undefined;
  return pageOf('Operators', markdownToHtml(runbook, { linkOfCode }));
}

/** Whether a piece of code can be asked as it is; one with `…` in it still wants an id. */
function isQuery(code: string): boolean {
  return /^(?:WorkflowType|ExecutionStatus|Scrip[A-Z]\w+) *[=<>]/.test(code) && !code.includes('…');
}

/** The query language knows no time but instants, so words for one are filled in. */
export function withInstants(query: string, now: Instant): string {
  return query
    .replaceAll('<now>', now)
    .replaceAll('<an hour ago>', instantOf(epochMsOf(now) - HOUR_MS))
    .replaceAll('<a day ago>', instantOf(epochMsOf(now) - 24 * HOUR_MS));
}
