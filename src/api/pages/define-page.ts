import { z } from 'zod';
import type { ApiDeps } from '../deps';
import { defineOperation, type AnyOperation, type Call } from '../http/operation';
import { pageHeaders } from './page-headers';

const HTML = 'text/html';

/** Shared links pick up foreign parameters (`utm_source`); a page accepts any and reads none. */
const anyQuery = z.looseObject({});

interface Page<Found> {
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  readonly answer: string;
  readonly find?: (call: Call<unknown, undefined>) => Found;
  readonly html: (deps: ApiDeps, found: Found) => string | Promise<string>;
}

/** Declares a public page, with its security headers. In a browser its refusals are pages too. */
export function definePage<Found = undefined>({
  answer,
  find,
  html: htmlOf,
  ...page
}: Page<Found>): AnyOperation {
  return defineOperation<unknown, undefined, Found | undefined>({
    ...page,
    access: 'public',
    query: anyQuery,
    answers: { 200: { description: answer, contentType: HTML } },
    find: (call) => Promise.resolve().then(() => find?.(call)),
    async handle(_call, deps, found) {
      const html = await htmlOf(deps, found as Found);
      return {
        status: 200,
        bytes: html,
        contentType: `${HTML}; charset=utf-8`,
        headers: pageHeaders(html),
      };
    },
  });
}

/** Whether an operation is a page. */
export function isPage({ answers }: AnyOperation): boolean {
  return answers[200]?.contentType === HTML;
}
