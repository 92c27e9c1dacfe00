import { z } from 'zod';
import { defineOperation } from './define-operation';
import type { ApiDeps } from './deps';
import { nobody } from './http/belongs-to';
import type { AnyOperation, Call } from './http/operation';
import { HTML } from './http/pages/is-page';
import { pageHeaders } from './http/pages/page-headers';

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
}: Page<Found>): AnyOperation<ApiDeps> {
  return defineOperation<unknown, undefined, undefined, Found | undefined>({
    ...page,
    access: 'public',
    belongsTo: nobody,
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
