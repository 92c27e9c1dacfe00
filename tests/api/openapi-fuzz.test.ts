import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { Json, OpenApi, OperationDoc } from '../../src/api/http/openapi-document';
import { openApiOf } from '../../src/api/openapi';
import { routes } from '../../src/api/routes';
import type { Answer, Problem } from './api-client';
import { arbitraryOf, type JsonSchema, type Known } from './arbitrary-of';
import { arrive, imagesOf, spend, subscribe } from './people';
import { useStack } from './use-stack';

/** Of each operation with each kind of key. */
const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? 4);

/** What a schema cannot say, and why: the one place of all 400s that a request gets which the document allows. */
const UNSAYABLE: Readonly<Record<string, RegExp>> = {
  'get /v1/customers/{id}/balance': /The instant is in the future/,
  'post /v1/holds': /expiresAt has passed already/,
  'get /v1/reports/roll-forward': /from must lie before to|at most a hundred years/,
  'get /v1/reports/revenue': /from must lie before to|at most a hundred years/,
  // How many packs and credits are sold is the catalog's to say, and it changes.
  'post /v1/add-ons': /packs can be bought at once|No catalog has|It is sold in/,
  'put /v1/customers/{id}/auto-top-up': /packs can be bought at once|No catalog has/,
  'post /v1/contracts': /Not a contract|^No catalog has/,
  'post /v1/subscriptions': /^No catalog has|is what everybody has|^It is sold in/,
  // Which actions there are, and what each of them asks for, is the catalog's to say too.
  'post /v1/spends': /^No catalog has|^The body is not valid: input/,
  'post /v1/quotes': /^No catalog has|^The body is not valid: input/,
  // Units and an input are two measures of what was done.
  'post /v1/spends/{id}/complete': /delivered cannot be given together with input/,
  // So is which plan one has without a subscription: back to it leads a cancel.
  'post /v1/subscriptions/{id}/change-plan':
    /^The plan cannot be changed to|^No catalog has|is what everybody has/,
  // Signed by whom they come from.
  'post /webhooks/stripe': /signature/i,
  'post /webhooks/jobs': /webhook header|signature/i,
};

/** Sends a form and no JSON; its pictures have tests of their own. */
const FORMS = ['post /v1/uploads'];

const openApi = openApiOf(routes, 'http://127.0.0.1:3000');
const operations = Object.entries(openApi.paths)
  .flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method} ${path}`,
      method,
      path,
      operation,
    })),
  )
  .filter(({ name }) => !FORMS.includes(name))
  // What takes customers and models away comes last, so that the others find them.
  .sort((a, b) => Number(a.method === 'delete') - Number(b.method === 'delete'));

describe('a request that the document allows', () => {
  const { stack, api } = useStack();
  let known: Known;
  let keys: Readonly<Record<string, string | undefined>>;

  beforeAll(async () => {
    const [customerId, subscriber] = [await arrive(api), await subscribe(api)];
    const work = await spend(api, await imagesOf(api, customerId));
    const hold = await api.post<{ id: string }>('/v1/holds', { customerId, credits: 1, reference: 'x' });
    const order = await api.post<{ id: string }>('/v1/add-ons', { customerId: subscriber, quantity: 1 });
    const { subscription } = (await api.get<{ subscription: { id: string } }>(`/v1/customers/${subscriber}`))
      .body;
    const models = await api.get<{ data: { id: string }[] }>('/v1/models');
    const { imageIds } = work.result as { imageIds: string[] };
    const session = await api.post<{ url: string }>('/v1/portal-sessions', { customerId: subscriber });
    const customers = [customerId, subscriber];
    known = {
      customerId: customers,
      ownerId: customers,
      modelId: models.body.data.map(({ id }) => id),
      action: ['train_model', 'generate_images', 'license_image'],
      imageId: imageIds,
      ...{ customers, subscriptions: [subscription.id], spends: [work.id], holds: [hold.body.id] },
      ...{ 'add-ons': [order.body.id], models: models.body.data.map(({ id }) => id), images: imageIds },
      problems: ['not_found'],
    };
    keys = {
      'a customer-scope key': stack.dev.apiKey,
      'an operator key': stack.dev.operatorKey,
      'a portal token': session.body.url.split('token=')[1],
      'no key': undefined,
    };
  }, 120_000);

  it.each(operations)(
    'is answered as the document says, and refused as malformed for no reason: $name',
    async (one) => {
      for (const [kind, key] of Object.entries(keys)) {
        const property = fc.asyncProperty(requestOf(one, known), async (request) => {
          const answer = await sendIt(one.method, request, key);
          expect([one.name, kind, answer.status]).not.toEqual([one.name, kind, 500]);
          if (answer.status === 400) expect(answer.body['detail']).toMatch(UNSAYABLE[one.name] ?? /^never$/);
          if (kind === 'no key' && one.operation.security === undefined) expect(answer.status).toBe(401);
        });
        await fc.assert(property, { numRuns: REQUESTS, interruptAfterTimeLimit: 60_000 });
      }
    },
  );

  it('is described by the server as it is here', async () => {
    const served = await api.get<OpenApi>('/openapi.json');
    expect(served.body.paths).toEqual(openApi.paths);
    expect((await api.get('/readyz')).status).toBe(200);
  });

  /** The client of the tests holds the answer to the document: status, media type, headers, shape, order of fields. */
  function sendIt(
    method: string,
    { path, body, idempotencyKey }: Request,
    key: string | undefined,
  ): Promise<Answer<Problem>> {
    return api.send(method.toUpperCase(), path, body, {
      key: idempotencyKey ?? null,
      headers: { Authorization: key === undefined ? '' : `Bearer ${key}` },
    });
  }
});

interface Request {
  readonly path: string;
  readonly body: unknown;
  readonly idempotencyKey: string | undefined;
}

interface Parameter extends Json {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: JsonSchema;
}

function requestOf(
  { path, operation }: { readonly path: string; readonly operation: OperationDoc },
  known: Known,
): fc.Arbitrary<Request> {
  const parameters = operation.parameters as readonly Parameter[];
  const collection = /(\w[\w-]*)\/\{id\}/.exec(path)?.[1] ?? '';
  const inQuery = parameters.filter((one) => one.in === 'query');
  const query = fc.record(
    Object.fromEntries(inQuery.map(({ name, schema }) => [name, arbitraryOf(schema, known, name)])),
    { requiredKeys: inQuery.filter(({ required }) => required).map(({ name }) => name) },
  );
  const ids = arbitraryOf({ type: 'string', minLength: 1 }, known, collection).filter(isSegment);
  const header = parameters.find((one) => one.in === 'header');
  const { required = false, content = {} } = (operation.requestBody ?? {}) as {
    required?: boolean;
    content?: Readonly<Record<string, { readonly schema: JsonSchema }>>;
  };
  const schema = content['application/json']?.schema;
  const body = schema === undefined ? fc.constant(undefined) : arbitraryOf(schema, known);
  return fc
    .record({
      id: ids,
      query,
      body: required ? body : fc.option(body, { nil: undefined }),
      // Most of them new: a key that was used stands for another request.
      idempotencyKey: header === undefined ? fc.constant(undefined) : keyOf(header.schema),
    })
    .map(({ id, query: asked, ...request }) => ({ ...request, path: pathOf(path, String(id), asked) }));
}

function keyOf(schema: JsonSchema): fc.Arbitrary<string> {
  const made = arbitraryOf({ ...schema, maxLength: 255 }, {}) as fc.Arbitrary<string>;
  return fc.oneof(
    fc.constant(null).map(() => randomUUID()),
    made.filter((key) => key.length > 8),
  );
}

/** `.` and `..` are taken out of an address by whoever sends it. */
function isSegment(id: unknown): boolean {
  return id !== '.' && id !== '..';
}

function pathOf(template: string, id: string, query: Readonly<Record<string, unknown>>): string {
  // No request waits longer for the end of a spend than a test has time for.
  const asked = Object.entries(query).map(([name, value]): [string, string] => [
    name,
    name === 'wait' ? '0' : String(value),
  ]);
  const search = new URLSearchParams(asked).toString();
  const path = template.replace(/\{\w+\}/, encodeURIComponent(id));
  return search === '' ? path : `${path}?${search}`;
}
