import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { z } from 'zod';
import { defineOperation } from '../../src/api/define-operation';
import type { ApiDeps } from '../../src/api/deps';
import { customerInBody, nobody } from '../../src/api/http/belongs-to';
import { jsonBody } from '../../src/api/http/bodies/json-body';
import type { Route } from '../../src/api/http/route';
import { openApiOf } from '../../src/api/openapi';
import { routes } from '../../src/api/routes';
import { findPackageRoot } from '../../src/platform/package-root';
import type { Answer, Problem } from './api-client';
import { arbitraryOf, type JsonSchema } from './arbitrary-of';
import { imagesOf, spend, subscribe, uploadPictures } from './people';
import { useStack } from './use-stack';

const openApi = openApiOf(routes, 'http://127.0.0.1:3000');
const nameOf = ({ method, path }: Route<ApiDeps>): string => `${method} ${path}`;
const ofCustomers = routes
  .filter(({ operation }) => operation.belongsTo.whose !== 'nobody')
  // What changes or takes away a thing comes last, so that the others find it as it was.
  .sort((a, b) => harmOf(a) - harmOf(b))
  .map((route) => ({ name: nameOf(route), route }));

/** How a request about another customer is refused. */
const SOMEBODY_ELSES = 'belongs to somebody else';

describe('an operation', () => {
  const answers = { 200: { description: 'Done.' } };
  const handle = () => Promise.resolve({ status: 204 as const });
  const common = { summary: 'Do it', tag: 'Tests', access: 'customer', answers, handle } as const;

  it('does not compile without saying whose thing it touches', () => {
    // @ts-expect-error `belongsTo` is missing
    defineOperation(common);
    // @ts-expect-error its body names no customer
    defineOperation({ ...common, belongsTo: customerInBody });
    const body = jsonBody(z.strictObject({ customerId: z.string() }));
    expect(defineOperation({ ...common, body, belongsTo: customerInBody }).belongsTo.whose).toBe('body');
    expect(defineOperation({ ...common, belongsTo: nobody }).belongsTo.whose).toBe('nobody');
  });

  it('that customers may call is about somebody', () => {
    const shared = routes.filter(
      ({ operation: { access, belongsTo } }) => access === 'customer' && belongsTo.whose === 'nobody',
    );
    expect(shared.map(nameOf)).toEqual([]);
  });

  it.each(ofCustomers)('is about the customer whom its path or its body names: $name', ({ route }) => {
    const { path, operation } = route;
    const { caller, id, query } = { caller: undefined, id: 'in_path', query: {} };
    const body = mentionsCustomer(route) ? { customerId: 'in_body' } : {};
    const named = operation.belongsTo.ownerNamed({ caller, id, query, body });
    if (path.startsWith('/v1/customers/{id}')) expect(named).toBe('in_path');
    else if (mentionsCustomer(route)) expect(named).toBe('in_body');
  });
});

describe('the things of a customer', () => {
  const { api } = useStack();
  let owner: string;
  let stranger: string;
  let tokens: Readonly<Record<'owner' | 'stranger', string>>;
  /** One private thing of the owner of every kind that an operation is about. */
  let things: Readonly<Record<string, string>>;

  const tokenOf = async (customerId: string): Promise<string> => {
    const { body } = await api.post<{ url: string }>('/v1/portal-sessions', { customerId }, { key: null });
    return body.url.split('token=')[1]!;
  };

  beforeAll(async () => {
    [owner, stranger] = await Promise.all([subscribe(api), subscribe(api)]);
    tokens = { owner: await tokenOf(owner), stranger: await tokenOf(stranger) };
    const uploadIds = await uploadPictures(api, owner);
    const training = await spend(api, {
      customerId: owner,
      action: 'train_model',
      input: { name: 'Mine', visibility: 'private', uploadIds },
    });
    const { modelId } = training.result as { modelId: string };
    const input = { modelId, prompt: 'a secret', count: 1 };
    const made = await spend(api, { customerId: owner, action: 'generate_images', input });
    const shown = await spend(api, await imagesOf(api, owner));
    const licensed = await spend(api, {
      customerId: owner,
      action: 'license_image',
      input: { imageId: imageOf(shown.result) },
    });
    const hold = await api.post<{ id: string }>('/v1/holds', {
      customerId: owner,
      credits: 1,
      reference: 'x',
    });
    const order = await api.post<{ id: string }>('/v1/add-ons', { customerId: owner, quantity: 1 });
    const customer = await api.get<{ subscription: { id: string } }>(`/v1/customers/${owner}`);
    things = {
      spend: made.id,
      subscription: customer.body.subscription.id,
      order: order.body.id,
      hold: hold.body.id,
      license: (licensed.result as { licenseId: string }).licenseId,
      model: modelId,
      upload: uploadIds[0]!,
      image: imageOf(made.result),
    };
  }, 120_000);

  it.each(ofCustomers)('are out of reach of a stranger: $name', async ({ route }) => {
    const { access, belongsTo } = route.operation;
    for (const claimed of [owner, stranger]) {
      const answer = await send(route, 'stranger', claimed);
      if (belongsTo.whose === 'viewer' && belongsTo.kind === '')
        expect(JSON.stringify(answer.body)).not.toContain(things['model']);
      else if (access === 'operator')
        expect([answer.status, answer.body.code]).toEqual([403, 'operator_scope_required']);
      // Whoever names nobody but themselves in a body is about themselves.
      else if (belongsTo.whose !== 'body' || claimed === owner || access === 'key') {
        expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
        // For lack of reach, and not because the request named something else that is not there.
        const isNamed = belongsTo.whose === 'path' || belongsTo.whose === 'body';
        const reasons = isNamed ? [SOMEBODY_ELSES] : [SOMEBODY_ELSES, idFor(route)];
        expect(reasons.some((reason) => String(answer.body['detail']).includes(reason))).toBe(true);
      }
    }
  });

  it.each(ofCustomers.filter(({ route }) => route.operation.access === 'customer'))(
    'are in reach of the customer: $name',
    async ({ route }) => {
      const { status, body } = await send(route, 'owner', owner);
      expect(status).not.toBe(401);
      const detail = status === 404 ? String(body['detail']) : '';
      expect(detail).not.toContain(SOMEBODY_ELSES);
      expect(detail).not.toContain(idFor(route) || 'no id');
    },
  );

  /** A request of the shape that the operation asks for, about the owner's thing, which names a customer wherever it can. */
  async function send(
    route: Route<ApiDeps>,
    who: 'owner' | 'stranger',
    claimed: string,
  ): Promise<Answer<Problem>> {
    const { method, path } = route;
    const address = path.replace('{id}', idFor(route));
    return api.send(method.toUpperCase(), `${address}?customerId=${claimed}`, await bodyOf(route, claimed), {
      headers: { Authorization: `Bearer ${tokens[who]}` },
    });
  }

  function idFor({ path, operation: { belongsTo } }: Route<ApiDeps>): string {
    if (!path.includes('{id}')) return '';
    if (belongsTo.whose === 'path') return owner;
    const id = things[belongsTo.kind];
    if (id === undefined) throw new Error(`Give the owner a thing of the kind ${belongsTo.kind}.`);
    return id;
  }
});

async function bodyOf(route: Route<ApiDeps>, customerId: string): Promise<unknown> {
  const { contentType } = route.operation.body;
  if (contentType === 'multipart/form-data') {
    const form = new FormData();
    const picture = await readFile(join(findPackageRoot(), 'examples/pictures', 'meadow.jpg'));
    form.set('customerId', customerId);
    form.set('file', new Blob([new Uint8Array(picture)]), 'picture');
    return form;
  }
  const schema = bodySchemaOf(route);
  if (schema === undefined) return undefined;
  const [body] = fc.sample(arbitraryOf(schema, {}), { numRuns: 1, seed: 1 });
  return mentionsCustomer(route) ? { ...(body as object), customerId } : body;
}

function bodySchemaOf({ method, path, operation }: Route<ApiDeps>): JsonSchema | undefined {
  const { requestBody } = openApi.paths[path]![method]!;
  const content = requestBody?.['content'] as Readonly<Record<string, { schema: JsonSchema }>> | undefined;
  return content?.[operation.body.contentType]?.schema;
}

function mentionsCustomer(route: Route<ApiDeps>): boolean {
  return JSON.stringify(bodySchemaOf(route) ?? {}).includes('"customerId":');
}

function harmOf({ method }: Route<ApiDeps>): number {
  return ['get', 'post', 'put', 'patch', 'delete'].indexOf(method);
}

function imageOf(result: unknown): string {
  return (result as { imageIds: string[] }).imageIds[0]!;
}
