import type Stripe from 'stripe';
import { z } from 'zod';
import { emit } from '../events';
import { operation, type Operation, type ParamsOf } from '../http/operation';
import { paginate } from '../http/paginate';
import { clearable, currency, metadata, page, positive, text } from '../http/params';
import { mergeMetadata } from '../metadata';
import { buildCoupon } from '../objects/coupon';
import { invalidRequest } from '../stripe-error';
import type { Work } from '../work';

const percent = z
  .string()
  .regex(/^\d+(\.\d+)?$/, 'Invalid decimal')
  .transform(Number)
  .pipe(z.number().gt(0).max(100));
const createShape = {
  id: text.optional(),
  amount_off: positive.optional(),
  currency: currency.optional(),
  percent_off: percent.optional(),
  duration: z.enum(['forever', 'once', 'repeating']).default('once'),
  duration_in_months: positive.optional(),
  name: clearable.optional(),
  metadata: metadata.optional(),
};

/** Coupons, and how a call names those that it gives away. */
export const discountsShape = z.union([
  z.literal('').transform(() => []),
  z.array(z.strictObject({ coupon: text })),
]);

export const couponOperations: readonly Operation[] = [
  operation('POST', '/v1/coupons', createShape, create),
  operation('GET', '/v1/coupons', page, ({ tables }, params) =>
    paginate('/v1/coupons', tables.list('coupon'), params),
  ),
  operation('GET', '/v1/coupons/:id', {}, ({ tables }, _, id) => tables.get('coupon', id)),
];

function create(work: Work, params: ParamsOf<typeof createShape>): Stripe.Coupon {
  const { amount_off: amountOff = null, percent_off: percentOff = null } = params;
  if ((amountOff === null) === (percentOff === null)) {
    throw invalidRequest('You must pass either percent_off or amount_off.');
  }
  if (amountOff !== null && params.currency === undefined) {
    throw invalidRequest('Missing required param: currency.', { param: 'currency' });
  }
  if ((params.duration === 'repeating') !== (params.duration_in_months !== undefined)) {
    throw invalidRequest('You must pass duration_in_months with duration=repeating, and with that only.', {
      param: 'duration_in_months',
    });
  }
  const coupon = buildCoupon({
    id: params.id ?? null,
    amountOff,
    currency: params.currency ?? null,
    percentOff,
    duration: params.duration,
    months: params.duration_in_months ?? null,
    name: params.name ?? null,
    metadata: mergeMetadata(null, params.metadata),
    at: work.at,
  });
  work.tables.put('coupon', coupon);
  emit(work, 'coupon.created', coupon);
  return coupon;
}
