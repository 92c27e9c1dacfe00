import { z } from 'zod';
import { assertQuantity, priceToPay, refusalOfPack } from '../../../domain/catalog/buy-pack';
import type { Money, Pack } from '../../../domain/catalog/catalog';
import { notSold } from '../../../domain/catalog/not-sold';
import { planOrDefault } from '../../../domain/catalog/plans';
import { DomainError } from '../../../domain/errors';
import { errorOf } from '../../../domain/refusal';
import { deriveId } from '../../../platform/ids';
import { findAddOnOrder } from '../../../store/add-on-orders';
import { getCustomerPlan, type CustomerPlan } from '../../../store/customer-plan';
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
import { defineOperation } from '../../define-operation';
import type { ApiDeps } from '../../deps';
import { customerInBody } from '../../http/belongs-to';
import { jsonBody } from '../../http/bodies/json-body';
import { isRepeat } from '../../is-repeat';
import { idSchema, urlSchema, catalogIdSchema, currencySchema } from '../../schemas';
import { updateWithStart } from '../../temporal/update-with-start';
import { addOnSchema, addOnView } from './add-on-view';
import { orderedPack } from './ordered-pack';

const OPERATION = 'add_on';

const body = z.strictObject({
  customerId: idSchema,
  packId: catalogIdSchema
    .optional()
    .meta({ description: "Default: the only pack of the customer's version of the catalog." }),
  quantity: z
    .int()
    .min(1)
    .max(1_000)
    .meta({ description: 'How many packs, up to the maximum in the catalog.' }),
  currency: currencySchema.optional().meta({
    description:
      "Default: the subscription's, if the pack is sold in it, else the first of the pack's prices.",
  }),
  successUrl: urlSchema.optional(),
  cancelUrl: urlSchema.optional(),
});

/** What is asked for, as it is sold; null where that does not matter any more, or the version does not have it. */
type Wanted = { readonly pack: Pack; readonly price: Money } | null;

export const createAddOn = defineOperation({
  summary: 'Create an add-on order',
  description:
    'Sells a pack of the catalog, some of them to paid subscribers only. Send the customer to `checkoutUrl`; the credits are granted once, when the order is paid.',
  tag: 'Add-ons',
  access: 'customer',
  belongsTo: customerInBody,
  body: jsonBody(body),
  needsIdempotencyKey: true,
  answers: { 201: { description: 'The order, waiting for its payment.', schema: addOnSchema } },
  problems: [
    'subscription_required',
    'plan_required',
    'not_sold',
    'payment_past_due',
    'payment_failed',
    'state_conflict',
    'unavailable',
  ],
  async find(call, deps) {
    const { customerId } = call.body;
    // Malformed before unknown: whoever nobody knows is held to what is sold now.
    const customerPlan = await getCustomerPlan(deps.db, customerId, await deps.clock.now());
    const isKnown = await isRepeat(call, deps, { customerId, operation: OPERATION });
    const wanted = isKnown ? null : await findWanted(deps, customerPlan, call.body);
    return { customer: await getCustomer(deps.db, customerId), customerPlan, wanted };
  },
  handle(call, deps, { customer, customerPlan, wanted }) {
    const content = call.body;
    return answerOnce(call, deps, {
      customerId: customer.id,
      operation: OPERATION,
      content,
      authorize: () => Promise.resolve().then(() => assertAllowed(customerPlan, wanted)),
      admit: () =>
        Promise.resolve().then(() => {
          assertOpen(customer);
          assertPaid(customerPlan);
          if (wanted === null) throw notSold(customerPlan.catalog, 'packs', content.packId ?? '');
        }),
      async work() {
        const orderId = deriveId('ord', customer.id, call.idempotencyKey);
        const opened = await findAddOnOrder(deps.db, orderId);
        if (opened !== undefined) return { status: 201, body: addOnView(opened) };
        // One that was claimed and never opened is judged again.
        const sold = wanted ?? (await findWanted(deps, customerPlan, content));
        if (sold === null) throw notSold(customerPlan.catalog, 'packs', content.packId ?? '');
        return open(deps, customer.externalId, {
          orderId,
          customerId: customer.id,
          pack: sold.pack.id,
          quantity: content.quantity,
          currency: sold.price.currency,
          catalogVersion: customerPlan.catalog.version,
          successUrl: content.successUrl ?? null,
          cancelUrl: content.cancelUrl ?? null,
        });
      },
    });
  },
});

async function findWanted(
  { db }: ApiDeps,
  customerPlan: CustomerPlan,
  { packId, quantity, currency }: z.output<typeof body>,
): Promise<Wanted> {
  const pack = await orderedPack(db, customerPlan, packId);
  if (pack === undefined) return null;
  assertQuantity(quantity, pack);
  const usual = customerPlan.subscription?.currency ?? null;
  return { pack, price: priceToPay(pack.prices, { asked: currency, usual }) };
}

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

function assertAllowed({ catalog, plan }: CustomerPlan, wanted: Wanted): void {
  if (wanted === null) return;
  const refused = refusalOfPack(catalog, planOrDefault(catalog, plan), wanted.pack);
  if (refused !== undefined) throw refused;
}

function assertPaid({ subscription }: CustomerPlan): void {
  if (subscription?.status !== 'past_due') return;
  throw new DomainError('payment_past_due', 'The subscription has a payment past due: pay that first.', {
    subscriptionId: subscription.id,
  });
}
