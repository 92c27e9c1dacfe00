import type Stripe from 'stripe';
import { z } from 'zod';
import { change, emit } from '../events';
import { operation, type Operation, type ParamsOf } from '../http/operation';
import { paginate } from '../http/paginate';
import { flag, integer, metadata, page, positive, text, webAddress } from '../http/params';
import { lineItemsOfLink } from '../objects/line-item';
import { buildPaymentLink } from '../objects/payment-link';
import type { Work } from '../work';
import { mergeMetadata } from '../metadata';

const createShape = {
  line_items: z
    .array(z.strictObject({ price: text, quantity: integer.pipe(z.number().min(1)).default(1) }))
    .min(1)
    .max(20),
  after_completion: z
    .union([
      z.strictObject({ type: z.literal('hosted_confirmation') }),
      z.strictObject({ type: z.literal('redirect'), redirect: z.strictObject({ url: webAddress }) }),
    ])
    .default({ type: 'hosted_confirmation' }),
  metadata: metadata.optional(),
  payment_intent_data: z.strictObject({ metadata: metadata.optional() }).optional(),
  subscription_data: z
    .strictObject({ metadata: metadata.optional(), trial_period_days: positive.optional() })
    .optional(),
};

/** Links that sell to whoever opens them; `pages/link-page.ts` opens a session of one. */
export const paymentLinkOperations: readonly Operation[] = [
  operation('POST', '/v1/payment_links', createShape, create),
  operation('GET', '/v1/payment_links', { ...page, active: flag.optional() }, ({ tables }, params) => {
    const matching = tables
      .list('payment_link')
      .filter((link) => params.active === undefined || link.active === params.active);
    return paginate('/v1/payment_links', matching, params);
  }),
  operation('GET', '/v1/payment_links/:id', {}, ({ tables }, _, id) => tables.get('payment_link', id)),
  operation('GET', '/v1/payment_links/:id/line_items', page, ({ tables }, params, id) => {
    tables.get('payment_link', id);
    return paginate(`/v1/payment_links/${id}/line_items`, lineItemsOfLink(tables, id).toReversed(), params);
  }),
  operation(
    'POST',
    '/v1/payment_links/:id',
    { active: flag.optional(), metadata: metadata.optional() },
    (work, params, id) => {
      const link = work.tables.get('payment_link', id);
      const patch = {
        active: params.active ?? link.active,
        metadata: mergeMetadata(link.metadata, params.metadata),
      };
      return change(work, 'payment_link', link, patch, 'payment_link.updated');
    },
  ),
];

function create(work: Work, params: ParamsOf<typeof createShape>): Stripe.PaymentLink {
  const prices = params.line_items.map(({ price }, index) =>
    work.tables.get('price', price, `line_items[${String(index)}][price]`),
  );
  const sells = prices.some(({ recurring }) => recurring !== null) ? 'subscription' : 'payment';
  const data = sells === 'subscription' ? params.subscription_data : params.payment_intent_data;
  const after = params.after_completion;
  const link = buildPaymentLink({
    baseUrl: work.baseUrl,
    currency: prices[0]?.currency ?? 'usd',
    redirectUrl: after.type === 'redirect' ? after.redirect.url : null,
    sells,
    metadata: mergeMetadata(null, params.metadata),
    paymentMetadata: mergeMetadata(null, data?.metadata),
    trialDays: params.subscription_data?.trial_period_days ?? null,
  });
  work.tables.put('payment_link_items', { id: link.id, items: params.line_items });
  work.tables.put('payment_link', link);
  emit(work, 'payment_link.created', link);
  return link;
}
