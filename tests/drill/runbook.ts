import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withInstants } from '../../src/api/operations/service/operators-page';
import type { Instant } from '../../src/domain/instants';
import { findPackageRoot } from '../../src/platform/package-root';

/** One trouble as the runbook has it. */
export interface Row {
  /** The queries by which it is seen. */
  readonly queries: readonly string[];
  /** Words that stand on its card. */
  readonly words: readonly string[];
  /** What fixes it: the first block of commands; empty where there is nothing to send. */
  readonly commands: string;
}

/** Reads a trouble's section of docs/runbook.md as a person does; the ids that it leaves open are filled in. */
export function readRow(heading: string, ids: readonly string[], now: Instant): Row {
  const runbook = readFileSync(join(findPackageRoot(), 'docs/runbook.md'), 'utf8');
  const [, section = ''] = runbook.split(`\n### ${heading}\n`);
  const text = fillIn(withInstants(section.split(/\n##+ /)[0] ?? '', now), ids);
  const [, seen = ''] = /- See it: ([^]*?)(?=\n- (?:The card|Fix)|$)/.exec(text) ?? [];
  const [, card = ''] = /- The card says: ([^]*?)(?=\n- |$)/.exec(text) ?? [];
  const [, commands = ''] = /```sh\n([^]*?)```/.exec(text) ?? [];
  return {
    queries: [...seen.matchAll(/`((?:WorkflowType|Scrip\w+) = [^`]*)`/g)].map(([, query = '']) => query),
    words: [...card.matchAll(/"([^"]+)"/g)].map(([, words = '']) => words),
    commands,
  };
}

function fillIn(text: string, ids: readonly string[]): string {
  return text.replaceAll(/\b([a-z]{2,3})_…/g, (open: string, prefix: string) => {
    const id = ids.find((known) => known.startsWith(`${prefix}_`));
    return id ?? open;
  });
}
