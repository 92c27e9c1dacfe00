import { z } from 'zod';
import { hasRight } from '../../../domain/catalog/plans';
import { DomainError } from '../../../domain/errors';
import { errorOf } from '../../../domain/refusal';
import { getCustomerPlan, type CustomerPlan } from '../../../store/customer-plan';
import { deriveId } from '../../../platform/ids';
import { findAddOnOrder } from '../../../store/add-on-orders';
import { assertOpen, getCustomer } from '../../../store/customers';
import type { StoredAnswer } from '../../../store/requests';
import {
  ADD_ON_WORKFLOW,
  addOnStart,
  openAddOnUpdate,
  type OpenAddOn,
} from '../../../workflows/add-ons/messages';
import { OPEN_UPDATE_ID } from '../../../workflows/subscriptions/messages';
import { answerOnce, refusal } from '../../answer-once';
import { jsonBody } from '../../http/bodies/json-body';
import type { ApiDeps } from '../../deps';
import { defineOperation } from '../../define-operation';
import { customerInBody } from '../../http/belongs-to';
import { idSchema, urlSchema } from '../../schemas';
import { updateWithStart } from '../../temporal/update-with-start';
import { addOnSchema, addOnView } from './add-on-view';

const body = z.strictObject({
  customerId: idSchema,
  quantity: z
    .int()
    .min(1)
    .max(1_000)
    .meta({ description: 'How many packs, up to the maximum in the catalog.' }),
  successUrl: urlSchema.optional(),
  cancelUrl: urlSchema.optional(),
});

export const createAddOn = defineOperation({
  summary: 'Create an add-on order',
  description:
    'Sold to paid subscribers. Send the customer to `checkoutUrl`; the credits are granted once, when the order is paid.',
  tag: 'Add-ons',
  access: 'customer',
  belongsTo: customerInBody,
  body: jsonBody(body),
  needsIdempotencyKey: true,
  answers: { 201: { description: 'The order, waiting for its payment.', schema: addOnSchema } },
  problems: ['subscription_required', 'payment_past_due', 'payment_failed', 'state_conflict', 'unavailable'],
  async find({ body: { customerId, quantity } }, deps) {
    // Malformed before unknown: whoever nobody knows is held to what is sold now.
    const customerPlan = await getCustomerPlan(deps.db, customerId, await deps.clock.now());
    const { addOnQuantityMax: max } = customerPlan.catalog.policies;
    if (quantity > max) {
      throw new DomainError('invalid_request', `At most ${max} packs can be bought at once.`, {
        field: 'quantity',
      });
    }
    return { customer: await getCustomer(deps.db, customerId), customerPlan };
  },
  handle(call, deps, { customer, customerPlan }) {
    const content = call.body;
    const [pack] = customerPlan.catalog.packs.values();
    if (pack === undefined) throw new Error('the catalog has no pack');
    return answerOnce(call, deps, {
      customerId: customer.id,
      operation: 'add_on',
      content,
      authorize: () => assertSubscribed(customerPlan),
      admit: () => {
        assertOpen(customer);
        return assertPaid(customerPlan);
      },
      work: () =>
        open(deps, customer.externalId, {
          orderId: deriveId('ord', customer.id, call.idempotencyKey),
          customerId: customer.id,
          pack: pack.id,
          quantity: content.quantity,
          catalogVersion: customerPlan.catalog.version,
          successUrl: content.successUrl ?? null,
          cancelUrl: content.cancelUrl ?? null,
        }),
    });
  },
});

async function open(deps: ApiDeps, externalId: string, opening: OpenAddOn): Promise<StoredAnswer> {
  const answer = await updateWithStart(
    deps,
    { definition: openAddOnUpdate, updateId: OPEN_UPDATE_ID, args: [] },
    { workflow: ADD_ON_WORKFLOW, options: addOnStart(opening, externalId) },
  );
  if (answer?.outcome === 'refused') return refusal(errorOf(answer));
  const order = await findAddOnOrder(deps.db, opening.orderId);
  if (order === undefined) {
    throw new DomainError('unavailable', 'The order is not open yet. Repeat the same request.');
  }
  return { status: 201, body: addOnView(order) };
}

function assertSubscribed({ rights, plan }: CustomerPlan): Promise<void> {
  if (hasRight(rights, 'addOns')) return Promise.resolve();
  return Promise.reject(
    new DomainError('subscription_required', 'Add-ons are sold to paid subscribers only.', { plan }),
  );
}

function assertPaid({ subscription }: CustomerPlan): Promise<void> {
  if (subscription?.status !== 'past_due') return Promise.resolve();
  return Promise.reject(
    new DomainError('payment_past_due', 'The subscription has a payment past due: pay that first.', {
      subscriptionId: subscription.id,
    }),
  );
}
