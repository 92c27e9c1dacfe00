import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { openApiOf } from '../../src/api/openapi';
import { routes } from '../../src/api/routes';
import { sandboxRoutes } from '../../src/api/operations/sandbox/sandbox-routes';

interface Problem {
  readonly required: readonly string[];
  readonly properties: Readonly<Record<string, object>>;
}

const openApi = openApiOf(routes, 'http://127.0.0.1:3000');
const operations = Object.entries(openApi.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, path, operation })),
);

describe('the description of the API', () => {
  it('lists every route once', () => {
    expect(operations).toHaveLength(routes.length);
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has schemas only that a validator of JSON Schema 2020-12 takes, with references that resolve', () => {
    const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false });
    addFormats(ajv);
    ajv.addFormat('binary', true);
    ajv.addVocabulary(Object.keys(openApi));
    ajv.addSchema(openApi, 'api');
    const references = [...new Set(JSON.stringify(openApi).match(/#\/components\/schemas\/\w+/g))];
    expect(references.length).toBeGreaterThan(10);
    for (const reference of references) expect(() => ajv.compile({ $ref: `api${reference}` })).not.toThrow();
  });

  it.each(operations)('says of $name what it takes and how it refuses', ({ path, operation }) => {
    const declared = operation.parameters.filter((one) => one['in'] === 'path').map((one) => one['name']);
    expect(declared).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    const statuses = Object.keys(operation.responses);
    expect(statuses.some((status) => status.startsWith('2'))).toBe(true);
    expect(statuses).toContain('500');
    if (operation.security === undefined) expect(statuses).toContain('401');
  });

  it('tells every problem by its code, with the further members of that code', () => {
    const named = operations.flatMap(({ operation }) =>
      Object.entries(operation.responses)
        .filter(([status]) => Number(status) >= 400)
        .map(([status, response]) => ({ status: Number(status), text: JSON.stringify(response['content']) })),
    );
    const { schemas } = openApi.components as { schemas: Readonly<Record<string, Problem>> };
    for (const { status, text } of named) {
      const references = [...text.matchAll(/"#\/components\/schemas\/(\w+Problem)"/g)].map(
        ([, name]) => name!,
      );
      expect(references.length).toBeGreaterThan(0);
      for (const name of references)
        expect(schemas[name]!.properties['status']).toMatchObject({ const: status });
    }
    const { required } = schemas['InsufficientCreditsProblem']!;
    expect(required).toEqual(
      expect.arrayContaining(['required', 'available', 'held', 'shortfall', 'options']),
    );
    expect(schemas['StateConflictProblem']!.properties).toHaveProperty('blockers');
  });

  it('says that a picture is bytes and a page is text', () => {
    const typeOf = (path: string, type: string) => {
      const answer = openApi.paths[path]!['get']!.responses['200'] as { content: Record<string, unknown> };
      return answer.content[type];
    };
    const bytes = { schema: { type: 'string', format: 'binary' } };
    expect(typeOf('/v1/images/{id}/file', 'image/*')).toEqual(bytes);
    expect(typeOf('/account', 'text/html')).toEqual({ schema: { type: 'string' } });
  });

  it('has the clock in the sandbox and nowhere else', () => {
    const clock = ['/sandbox/clock', '/sandbox/clock/advance'];
    const inSandbox = openApiOf([...routes, ...sandboxRoutes('http://127.0.0.1:1')], 'http://127.0.0.1:3000');
    expect(Object.keys(inSandbox.paths)).toEqual(expect.arrayContaining(clock));
    for (const path of clock) expect(openApi.paths).not.toHaveProperty([path]);
  });

  it('asks for an idempotency key wherever a POST moves credits or money', () => {
    const keyed = operations
      .filter(({ operation }) => operation.parameters.some((one) => one['name'] === 'Idempotency-Key'))
      .map(({ name }) => name);
    const unkeyed = operations
      .filter(({ name }) => name.startsWith('post ') && !keyed.includes(name))
      .map(({ name }) => name);
    expect(unkeyed).toEqual([
      'post /v1/customers',
      'post /v1/customers/{id}/billing-portal',
      'post /v1/portal-sessions',
      'post /v1/quotes',
      'post /v1/spends/{id}/cancel',
      'post /v1/spends/{id}/heartbeat',
      'post /v1/uploads',
      'post /webhooks/stripe',
      'post /webhooks/jobs',
      'post /webhooks/jobs/{token}',
    ]);
  });
});
