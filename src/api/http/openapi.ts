import { z } from 'zod';
import type { ErrorCode } from '../../domain/errors';
import { IDEMPOTENCY_KEY_PATTERN, REPLAYED_HEADER } from './idempotency-key';
import type { Json, OpenApi, OperationDoc } from './openapi-document';
import { neverDry, type AnswerDoc, type AnyOperation } from './operation';
import { isPage } from './pages/is-page';
import { problemNameOf, problemSchema } from './problem-shapes';
import { PROBLEMS } from './problems';
import type { Route } from './route';

/** What a header says, by its name. */
type Headers = Readonly<Record<string, string>>;

/** What is said of an API besides its routes. */
export interface About {
  readonly info: Json;
  readonly publicUrl: string;
  /** What the bearer of the Authorization header is. */
  readonly bearer: string;
  readonly problemSchemas: Readonly<Record<ErrorCode, z.ZodType>>;
}

/** The description of a whole API (OpenAPI 3.1), made of the schemas that check its requests. */
export function describeApi(routes: readonly Route<never>[], about: About): OpenApi {
  const { info, publicUrl, bearer, problemSchemas } = about;
  const components = new Map<string, Json>();
  const paths: Record<string, Record<string, OperationDoc>> = {};
  for (const route of routes) {
    const path = (paths[route.path] ??= {});
    path[route.method] = operationOf(route, components);
  }
  const codes = new Set(routes.flatMap(({ path, operation }) => problemCodesOf(path, operation)));
  for (const code of codes) toSchema(problemSchemas[code], 'output', components);
  for (const schema of [problemSchema, problemSchemas.method_not_allowed])
    toSchema(schema, 'output', components);
  return {
    openapi: '3.1.1',
    info,
    servers: [{ url: publicUrl }],
    security: [{ apiKey: [] }],
    tags: [...new Set(routes.map(({ operation }) => operation.tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: Object.fromEntries(components),
      securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: bearer } },
    },
  };
}

function operationOf({ method, path, operation }: Route<never>, components: Map<string, Json>): OperationDoc {
  const { summary, description, tag, access, body } = operation;
  return {
    operationId: operationIdOf(method, path),
    summary,
    ...(description === undefined ? {} : { description }),
    tags: [tag],
    ...(access === 'public' ? { security: [] } : {}),
    parameters: [...pathParameters(path), ...queryParameters(operation, components), ...keyHeader(operation)],
    ...(body.contentType === ''
      ? {}
      : {
          requestBody: {
            required: body.required,
            content: { [body.contentType]: { schema: toSchema(body.schema, 'input', components) } },
          },
        }),
    responses: responsesOf(path, operation, components),
  };
}

/** `post /v1/spends/{id}/cancel` is `postSpendsIdCancel`: made of what is unique, so it is unique. */
function operationIdOf(method: string, path: string): string {
  const words = path.replace(/^\/v1/, '').match(/\w+/g) ?? [];
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function pathParameters(path: string): readonly Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters(
  { query, askedQuery }: AnyOperation<never>,
  components: Map<string, Json>,
): readonly Json[] {
  const { properties = {}, required = [] } = toSchema(query, 'input', components) as {
    properties?: Readonly<Record<string, Json>>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name) || askedQuery.includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
  }));
}

function keyHeader(operation: AnyOperation<never>): readonly Json[] {
  if (!operation.needsIdempotencyKey) return [];
  return [
    {
      name: 'Idempotency-Key',
      in: 'header',
      required: true,
      description:
        operation.isDryRun === neverDry
          ? 'Identifies one intent. Send the same key with every retry.'
          : 'Identifies one intent. Send the same key with every retry. A preview needs none.',
      schema: { type: 'string', pattern: IDEMPOTENCY_KEY_PATTERN },
    },
  ];
}

function responsesOf(
  path: string,
  operation: AnyOperation<never>,
  components: Map<string, Json>,
): Readonly<Record<string, Json>> {
  const answers = Object.entries(operation.answers).map(([status, answer]) => [
    status,
    {
      description: answer.description,
      headers: headerDocs(headersOf(operation, answer)),
      ...contentOf(answer, components),
    },
  ]);
  const codes = problemCodesOf(path, operation);
  const problems = [...new Set(codes.map((code) => PROBLEMS[code].status))].map((status) => [
    String(status),
    {
      description: codes
        .filter((code) => PROBLEMS[code].status === status)
        .map((code) => `\`${code}\`: ${PROBLEMS[code].title}`)
        .join(' '),
      headers: headerDocs(problemHeaders(operation, status)),
      content: {
        'application/problem+json': {
          schema: problemOfCodes(codes.filter((code) => PROBLEMS[code].status === status)),
        },
        ...(isPage(operation) ? { 'text/html': { schema: { type: 'string' } } } : {}),
      },
    },
  ]);
  return Object.fromEntries([...answers, ...problems]) as Readonly<Record<string, Json>>;
}

/** One problem, or one of several that are told apart by their code. */
function problemOfCodes(codes: readonly ErrorCode[]): Json {
  const references = codes.map((code) => [code, `#/components/schemas/${problemNameOf(code)}`] as const);
  const [first, ...others] = references;
  if (first !== undefined && others.length === 0) return { $ref: first[1] };
  return {
    oneOf: references.map(([, $ref]) => ({ $ref })),
    discriminator: { propertyName: 'code', mapping: Object.fromEntries(references) },
  };
}

function headersOf(operation: AnyOperation<never>, { headers = {} }: AnswerDoc): Headers {
  return { ...commonHeaders(operation), ...headers };
}

function problemHeaders(operation: AnyOperation<never>, status: number): Headers {
  return {
    ...commonHeaders(operation),
    ...(status === 401 ? { 'WWW-Authenticate': '`Bearer`.' } : {}),
    ...(status === 429 || status === 503 ? { 'Retry-After': 'Seconds to wait before retrying.' } : {}),
  };
}

function commonHeaders({ needsIdempotencyKey }: AnyOperation<never>): Headers {
  const replayed = needsIdempotencyKey
    ? {
        [REPLAYED_HEADER]: '`true` when this is the recorded answer to an earlier request with the same key.',
      }
    : {};
  return { 'X-Request-Id': 'Identifies this request in the logs.', ...replayed };
}

function headerDocs(headers: Headers): Json {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  );
}

function contentOf(answer: AnswerDoc, components: Map<string, Json>): Json {
  const { schema, contentType, alternatives = [] } = answer;
  const content: Record<string, Json> = {};
  if (schema !== undefined) content['application/json'] = { schema: toSchema(schema, 'output', components) };
  if (contentType !== undefined) content[contentType] = { schema: textOrBytes(contentType) };
  for (const alternative of alternatives) content[alternative] = { schema: { type: 'string' } };
  return Object.keys(content).length === 0 ? {} : { content };
}

/** Anything but text is bytes, so that a generated client returns a file and not a broken string. */
function textOrBytes(contentType: string): Json {
  return contentType.startsWith('text/') ? { type: 'string' } : { type: 'string', format: 'binary' };
}

/** What follows from how an operation is declared, and what it declares itself. */
function problemCodesOf(path: string, operation: AnyOperation<never>): readonly ErrorCode[] {
  const codes: ErrorCode[] = ['invalid_request', 'internal_error', ...operation.problems];
  if (operation.access !== 'public') codes.push('unauthenticated', 'not_found', 'unavailable');
  if (path.includes('{')) codes.push('not_found');
  if (operation.access === 'operator') codes.push('operator_scope_required');
  if (operation.body.contentType !== '') codes.push('body_too_large');
  if (operation.needsIdempotencyKey) codes.push('idempotency_key_required', 'idempotency_key_reused');
  return [...new Set(codes)];
}

/** A schema in place; what has a name of its own goes to the components. */
function toSchema(schema: z.ZodType, io: 'input' | 'output', components: Map<string, Json>): Json {
  const { $defs = {}, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  // The dialect is that of the whole document.
  delete rest.$schema;
  for (const [name, definition] of Object.entries($defs)) {
    components.set(name, pointToComponents(definition));
  }
  return pointToComponents(rest);
}

function pointToComponents(value: object): Json {
  const text = JSON.stringify(value).replaceAll('"#/$defs/', '"#/components/schemas/');
  return JSON.parse(text) as Json;
}
