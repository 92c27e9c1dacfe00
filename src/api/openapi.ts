import { describeApi } from './http/openapi';
import type { OpenApi } from './http/openapi-document';
import type { Route } from './http/route';
import { PROBLEM_SCHEMAS } from './problem-schemas';

/** The description of this API, with these of its routes. */
export function openApiOf(routes: readonly Route<never>[], publicUrl: string): OpenApi {
  return describeApi(routes, {
    info: {
      title: 'Scrip',
      version: '1.0.0',
      summary: 'A credits billing engine for products that sell AI work.',
      description:
        'Problems are told apart by their `code`. A method that a path does not support is answered with 405 (`method_not_allowed`) and `Allow`; OPTIONS is answered with `Allow`. Refusals come in the order 401, 413, 400, 404, 403, 422, 402, 409.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    publicUrl,
    bearer: 'A key with the scope customer or operator, or the token of a portal session.',
    problemSchemas: PROBLEM_SCHEMAS,
  });
}
