import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { Json, OpenApi } from '../../src/api/http/openapi-document';
import { isInOrder } from './field-order';

/** Ours, and what a client acts on. */
const TOLD = /^(x-request-id|location|idempotency-replayed|retry-after|www-authenticate|scrip-.*)$/;

/**
 * Checks an answer against what the API says of itself: its status, its media type and its headers are documented, its JSON
 * has the shape, and its fields stand in the order of their schema.
 */
export type AnswerCheck = (answer: {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly contentType: string;
  readonly headers: Headers;
  readonly body: unknown;
}) => void;

export function createAnswerCheck(openApi: OpenApi): AnswerCheck {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addFormat('binary', true);
  ajv.addSchema(openApi, 'api');
  const validators = new Map<string, ValidateFunction>();

  return ({ method, path, status, contentType, headers, body }) => {
    const route = findRoute(openApi, path);
    // What no route takes is answered like any problem.
    const response = openApi.paths[route]?.[method.toLowerCase()]?.responses[String(status)];
    const pointer =
      response === undefined
        ? 'api#/components/schemas/Problem'
        : `api#/paths/${escape(route)}/${method.toLowerCase()}/responses/${String(status)}/content/${escape(contentType)}/schema`;
    if (
      route !== '' &&
      openApi.paths[route]?.[method.toLowerCase()] !== undefined &&
      response === undefined
    ) {
      throw new Error(`${method} ${route} does not say that it answers ${String(status)}`);
    }
    if (contentType !== '' && response !== undefined && !isDocumented(contentType, contentOf(response))) {
      throw new Error(`${method} ${route} does not say that ${String(status)} may be ${contentType}`);
    }
    const documented = Object.keys(response?.['headers'] ?? {}).map((name) => name.toLowerCase());
    const untold = [...headers.keys()].filter((name) => TOLD.test(name) && !documented.includes(name));
    if (response !== undefined && untold.length > 0) {
      throw new Error(`${method} ${route} does not say that ${String(status)} has ${untold.join(', ')}`);
    }
    if (!contentType.endsWith('json')) return;
    const validate = validators.get(pointer) ?? ajv.compile({ $ref: pointer });
    validators.set(pointer, validate);
    if (!validate(body)) {
      const faults = ajv.errorsText(validate.errors);
      throw new Error(`${method} ${path} answered ${String(status)} in another shape: ${faults}`);
    }
    const { schema = {} } = contentOf(response)[contentType] ?? {};
    if (!isInOrder(openApi, schema, body)) {
      const fields = JSON.stringify(body).slice(0, 500);
      throw new Error(`${method} ${path} has its fields in another order than its schema: ${fields}`);
    }
  };
}

/** `image/*` stands for every picture. */
function isDocumented(contentType: string, content: object): boolean {
  return contentType in content || contentType.replace(/\/.*$/, '/*') in content;
}

function contentOf(response: Json | undefined): Readonly<Record<string, { readonly schema?: Json }>> {
  return (response?.['content'] ?? {}) as Readonly<Record<string, { readonly schema?: Json }>>;
}

/** The template of a path; literal parts win over `{id}`. Empty when there is none. */
function findRoute({ paths }: OpenApi, path: string): string {
  const fits = Object.keys(paths).filter((template) =>
    new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
  );
  return fits.sort((a, b) => a.split('{').length - b.split('{').length)[0] ?? '';
}

function escape(segment: string): string {
  return encodeURIComponent(segment.replaceAll('~', '~0').replaceAll('/', '~1'));
}
