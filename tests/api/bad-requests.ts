/** A request that must be refused, and how. `{customer}` and `{model}` stand for real ids. */
export interface BadRequest {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  /** Sent as it is when it is text, else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  readonly code: string;
}

const spendWith = (input: unknown, rest: object = {}) => ({
  customerId: '{customer}',
  action: 'generate_images',
  input,
  ...rest,
});
const images = (change: object) => spendWith({ modelId: '{model}', prompt: 'a hill', count: 1, ...change });

/** A position in a list that no list gave out. */
function cursorAt(createdAt: string): string {
  return `${createdAt}-x`;
}

function badSpend(name: string, body: unknown, status = 400, code = 'invalid_request'): BadRequest {
  return { name: `a spend with ${name}`, method: 'POST', path: '/v1/spends', body, status, code };
}

function badGet(path: string, status: number, code: string): BadRequest {
  return { name: `GET ${path}`, method: 'GET', path, status, code };
}

function badPost(name: string, path: string, body: unknown, status = 400): BadRequest {
  const code = status === 404 ? 'not_found' : 'invalid_request';
  return { name: `${name} (${path})`, method: 'POST', path, body, status, code };
}

const training = (change: object) => ({
  customerId: '{customer}',
  action: 'train_model',
  input: { name: 'Mine', visibility: 'private', uploadIds: ['a', 'b', 'c'], ...change },
});

/** What the commands on a subscription need said. */
const BODIES: Readonly<Record<string, object>> = {
  'change-plan': { plan: 'pro' },
  payments: { paidThrough: '2030-01-01T00:00:00Z', reference: 'x' },
  migrate: { catalogVersion: 'x' },
};

export const BAD_REQUESTS: readonly BadRequest[] = [
  badSpend('no body', undefined),
  badSpend('broken JSON', '{"customerId": '),
  badSpend('JSON that is no object', '[]'),
  badSpend('null', 'null'),
  badSpend('a repeated member that hides a wrong type', '{"customerId": 1, "customerId": 2}'),
  badSpend('bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])),
  badSpend('a customer that is a number', spendWith({}, { customerId: 7 })),
  badSpend('no input', { customerId: '{customer}', action: 'generate_images' }),
  badSpend('an unknown action', spendWith({}, { action: 'mint_credits' })),
  badSpend('an unknown field', spendWith({ modelId: '{model}', prompt: 'x', count: 1 }, { credits: 0 })),
  badSpend('an unknown field of the input', images({ price: 0 })),
  badSpend('a prototype', '{"customerId":"{customer}","action":"generate_images","__proto__":{"count":1}}'),
  badSpend(
    'an input without a bottom',
    `{"customerId":"{customer}","action":"generate_images","input":{"prompt":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`,
  ),
  badSpend('half an image', images({ count: 0.5 })),
  badSpend('no images', images({ count: 0 })),
  badSpend('minus one image', images({ count: -1 })),
  badSpend('101 images', images({ count: 101 })),
  badSpend('a count in text', images({ count: '1' })),
  badSpend('a huge count', images({ count: 1e308 })),
  badSpend('a count beyond exact numbers', images({ count: 2 ** 53 })),
  badSpend('a NUL character in the prompt', images({ prompt: 'a\u0000b' })),
  badSpend('half a character in the prompt', images({ prompt: 'a\ud800b' })),
  badSpend('a blank prompt', images({ prompt: '   ' })),
  badSpend('an endless prompt', images({ prompt: 'x'.repeat(3_000) })),
  badSpend('a broken seed', images({ seed: 1.5 })),
  badSpend('two uploads only', training({ uploadIds: ['a', 'b'] })),
  badSpend('31 uploads', training({ uploadIds: Array.from({ length: 31 }, (_, index) => String(index)) })),
  badSpend('an upload named twice', training({ uploadIds: ['a', 'b', 'a'] })),
  badSpend('an unknown visibility', training({ visibility: 'secret' })),
  badSpend('a body of a megabyte', images({ prompt: 'x'.repeat(1_000_000) }), 413, 'body_too_large'),
  badSpend(
    'an unknown customer',
    spendWith({ modelId: 'm', prompt: 'x', count: 1 }, { customerId: 'nobody' }),
    404,
    'not_found',
  ),
  badSpend('an unknown model', images({ modelId: 'mdl_nothing' }), 404, 'not_found'),
  badSpend('an id with a NUL character', images({ modelId: 'a\u0000' }), 404, 'not_found'),
  badSpend('an id of a kilometre', images({ modelId: 'x'.repeat(5_000) }), 404, 'not_found'),
  {
    ...badSpend('no idempotency key', images({}), 400, 'idempotency_key_required'),
    headers: { 'Idempotency-Key': '' },
  },
  { ...badSpend('an endless key', images({})), headers: { 'Idempotency-Key': 'k'.repeat(256) } },
  { ...badSpend('a key with a tab', images({})), headers: { 'Idempotency-Key': 'a\tb' } },
  { ...badSpend('another content type', images({})), headers: { 'Content-Type': 'text/plain' } },
  { ...badSpend('a form', 'customerId=1'), headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
  { ...badSpend('a compressed body', images({})), headers: { 'Content-Encoding': 'gzip' } },
  {
    ...badSpend('an unknown API key', images({}), 401, 'unauthenticated'),
    headers: { Authorization: 'Bearer scrip_nobody' },
  },
  {
    ...badSpend('no API key and no JSON either', '{', 401, 'unauthenticated'),
    headers: { Authorization: '' },
  },
  {
    ...badSpend('another kind of authorization', images({}), 401, 'unauthenticated'),
    headers: { Authorization: 'Basic c2NyaXA6' },
  },
  badGet('/v1/nothing', 404, 'not_found'),
  badGet('/V1/catalog', 404, 'not_found'),
  badGet('/v1/spends', 405, 'method_not_allowed'),
  ...['DELETE', 'PUT', 'PATCH'].map((method) => ({
    ...badGet('/v1/customers', 405, 'method_not_allowed'),
    name: `${method} /v1/customers`,
    method,
  })),
  {
    ...badGet('/v1/customers/nobody/balance', 405, 'method_not_allowed'),
    name: 'another method before any key is asked for',
    method: 'POST',
    headers: { Authorization: '' },
  },
  badGet('/v1/spends/%00', 404, 'not_found'),
  badGet('/v1/spends/%E0%A4%A', 400, 'invalid_request'),
  badGet("/v1/models/'; DROP TABLE app.models; --", 404, 'not_found'),
  badGet('/v1/customers/nobody/balance', 404, 'not_found'),
  badGet('/v1/customers/{customer}/balance?at=yesterday', 400, 'invalid_request'),
  badGet('/v1/customers/{customer}/balance?at=9999-01-01T00:00:00Z', 400, 'invalid_request'),
  badGet('/v1/customers/{customer}/statement?limit=0', 400, 'invalid_request'),
  badGet('/v1/customers/{customer}/statement?limit=101', 400, 'invalid_request'),
  badGet('/v1/customers/{customer}/statement?limit=ten', 400, 'invalid_request'),
  badGet('/v1/customers/{customer}/statement?cursor=nonsense', 400, 'invalid_request'),
  badGet('/v1/customers/{customer}/spends?cursor=AAAA', 400, 'invalid_request'),
  badGet(`/v1/models?cursor=${cursorAt('0000-01-01T00:00:00Z')}`, 400, 'invalid_request'),
  badGet(`/v1/models?cursor=${cursorAt('9999-12-31T23:59:59-10:00')}`, 400, 'invalid_request'),
  badGet('/v1/customers/{customer}/spends?limit=1&limit=2', 400, 'invalid_request'),
  badGet('/v1/customers/{customer}/rights?why=not', 400, 'invalid_request'),
  badGet('/v1/customers/nobody/balance?at=9999-01-01T00:00:00Z', 400, 'invalid_request'),
  badGet('/v1/customers/nobody/statement?cursor=nonsense', 400, 'invalid_request'),
  badGet('/v1/customers/nobody/spends?cursor=AAAA', 400, 'invalid_request'),
  badGet('/v1/models/nothing/images?cursor=AAAA', 400, 'invalid_request'),
  badGet('/v1/models?visibility=secret', 400, 'invalid_request'),
  badGet('/v1/models?customerId=nobody', 404, 'not_found'),
  badGet('/v1/audit', 403, 'operator_scope_required'),
  badGet('/v1/reports/revenue', 403, 'operator_scope_required'),
  badPost('a customer without a name', '/v1/customers', {}),
  badPost('a customer with an empty name', '/v1/customers', { externalId: '' }),
  badPost('a customer with a NUL character', '/v1/customers', { externalId: 'a\u0000b' }),
  badPost('a customer with no address', '/v1/customers', { externalId: 'a', email: 'nowhere' }),
  badPost('a subscription to Free', '/v1/subscriptions', { customerId: '{customer}', plan: 'free' }),
  badPost('a weekly subscription', '/v1/subscriptions', {
    customerId: '{customer}',
    plan: 'pro',
    interval: 'week',
  }),
  badPost('a subscription that returns to a script', '/v1/subscriptions', {
    customerId: '{customer}',
    plan: 'pro',
    successUrl: 'javascript:alert(1)',
  }),
  badPost('half a pack', '/v1/add-ons', { customerId: '{customer}', quantity: 0.5 }),
  badPost('no packs', '/v1/add-ons', { customerId: '{customer}', quantity: 0 }),
  badPost('more packs than are sold at once', '/v1/add-ons', { customerId: '{customer}', quantity: 101 }),
  badPost('more packs for nobody than are sold at once', '/v1/add-ons', {
    customerId: 'nobody',
    quantity: 101,
  }),
  badPost('an adjustment of nothing', '/v1/adjustments', {
    customerId: '{customer}',
    credits: 0,
    reason: 'x',
  }),
  badPost('an endless adjustment', '/v1/adjustments', {
    customerId: '{customer}',
    credits: 1e15,
    reason: 'x',
  }),
  badPost('a hold of nothing', '/v1/holds', { customerId: '{customer}', credits: 0, reference: 'x' }),
  badPost('a hold that is over', '/v1/holds', {
    customerId: '{customer}',
    credits: 1,
    reference: 'x',
    expiresAt: '2020-01-01T00:00:00Z',
  }),
  badPost('a hold of nobody that is over', '/v1/holds', {
    customerId: 'nobody',
    credits: 1,
    reference: 'x',
    expiresAt: '2020-01-01T00:00:00Z',
  }),
  ...['change-plan', 'cancel', 'pause', 'resume', 'payments', 'migrate'].map((command) => ({
    ...badPost('a command', `/v1/subscriptions/sub_nothing/${command}`, {}),
    name: `${command} of a subscription that nobody knows, without a key`,
    body: BODIES[command] ?? {},
    headers: { 'Idempotency-Key': '' },
    code: 'idempotency_key_required',
  })),
  badPost('a capture of nothing known', '/v1/holds/hld_nothing/capture', {}, 404),
  badPost('a change of nothing known', '/v1/subscriptions/sub_nothing/change-plan', { plan: 'pro' }, 404),
  badPost('an upload that is no form', '/v1/uploads', {}),
  badPost('an unsigned event', '/webhooks/stripe', { id: 'evt_1', type: 'invoice.paid' }),
  badPost('an unsigned notice', '/webhooks/jobs', { id: 'spd_1', status: 'succeeded' }),
];
