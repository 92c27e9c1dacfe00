import type Stripe from 'stripe';
import { z } from 'zod';
import { emit } from '../events';
import { operation, type Operation } from '../http/operation';
import { paginate } from '../http/paginate';
import { currency, flag, integer, metadata, page, text } from '../http/params';
import { buildPrice, buildProduct } from '../objects/catalog';
import { invalidRequest } from '../stripe-error';
import { refOf, type Work } from '../work';
import { mergeMetadata } from '../metadata';

const productShape = { name: text, metadata: metadata.optional() };
const recurring = z.strictObject({
  interval: z.enum(['day', 'week', 'month', 'year']),
  interval_count: integer.pipe(z.number().min(1)).default(1),
});

export const catalogOperations: readonly Operation[] = [
  operation('POST', '/v1/products', { ...productShape, id: text.optional() }, (work, params) =>
    createProduct(work, params),
  ),
  operation('GET', '/v1/products', { ...page, active: flag.optional() }, ({ tables }, params) => {
    const matching = tables
      .list('product')
      .filter((product) => params.active === undefined || product.active === params.active);
    return paginate('/v1/products', matching, params);
  }),
  operation('GET', '/v1/products/:id', {}, ({ tables }, _, id) => tables.get('product', id)),
  operation(
    'POST',
    '/v1/prices',
    {
      currency,
      unit_amount: integer.pipe(z.number().min(0)),
      product: text.optional(),
      product_data: z.strictObject(productShape).optional(),
      recurring: recurring.optional(),
      lookup_key: text.optional(),
      nickname: text.optional(),
      metadata: metadata.optional(),
    },
    (work, params) => {
      const lookupKey = params.lookup_key ?? null;
      if (lookupKey !== null) refuseTaken(work, lookupKey);
      const price = buildPrice({
        product: productOf(work, params).id,
        currency: params.currency,
        unitAmount: params.unit_amount,
        recurring:
          params.recurring === undefined
            ? null
            : { interval: params.recurring.interval, intervalCount: params.recurring.interval_count },
        lookupKey,
        nickname: params.nickname ?? null,
        metadata: mergeMetadata(null, params.metadata),
        at: work.at,
      });
      work.tables.put('price', price);
      emit(work, 'price.created', price);
      return price;
    },
  ),
  operation(
    'GET',
    '/v1/prices',
    {
      ...page,
      lookup_keys: z.array(text).max(10).optional(),
      product: text.optional(),
      type: z.enum(['one_time', 'recurring']).optional(),
      active: flag.optional(),
    },
    ({ tables }, params) => {
      const keys = params.lookup_keys;
      const matching = tables
        .list('price')
        .filter((price) => keys === undefined || keys.includes(price.lookup_key ?? ''))
        .filter((price) => params.product === undefined || refOf(price.product) === params.product)
        .filter((price) => params.type === undefined || price.type === params.type)
        .filter((price) => params.active === undefined || price.active === params.active);
      return paginate('/v1/prices', matching, params);
    },
  ),
  operation('GET', '/v1/prices/:id', {}, ({ tables }, _, id) => tables.get('price', id)),
];

function createProduct(
  work: Work,
  params: { id?: string | undefined; name: string; metadata?: Record<string, string> | undefined },
): Stripe.Product {
  const { id, name } = params;
  if (id !== undefined && work.tables.find('product', id) !== undefined) {
    throw invalidRequest(`Product already exists: ${id}.`, { code: 'resource_already_exists', param: 'id' });
  }
  const built = buildProduct({ id, name, metadata: mergeMetadata(null, params.metadata), at: work.at });
  work.tables.put('product', built);
  emit(work, 'product.created', built);
  return built;
}

function productOf(
  work: Work,
  params: {
    product?: string | undefined;
    product_data?: { name: string; metadata?: Record<string, string> | undefined } | undefined;
  },
): Stripe.Product {
  if (params.product_data !== undefined) return createProduct(work, params.product_data);
  if (params.product === undefined) {
    throw invalidRequest('Missing required param: product.', { code: 'parameter_missing', param: 'product' });
  }
  return work.tables.get('product', params.product, 'product');
}

function refuseTaken(work: Work, lookupKey: string): void {
  const holder = work.tables.list('price').find((price) => price.lookup_key === lookupKey);
  if (holder === undefined) return;
  throw invalidRequest(
    `A price (\`${holder.id}\`) already uses that lookup key. Pass transfer_lookup_key=true to move it.`,
    { param: 'lookup_key' },
  );
}
