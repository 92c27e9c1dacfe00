import type { AnyOperation } from '../operation';

/** What a page is answered as. */
export const HTML = 'text/html';

/** Whether an operation is a page. */
export function isPage({ answers }: Pick<AnyOperation<never>, 'answers'>): boolean {
  return answers[200]?.contentType === HTML;
}
