import { z } from 'zod';
import type { Catalog, PlanId } from '../../domain/catalog';
import { DomainError } from '../../domain/errors';
import { deriveId } from '../../platform/ids';
import { getCustomer } from '../../store/customers';
import type { StoredAnswer } from '../../store/requests';
import { findSubscription } from '../../store/subscriptions';
import {
  OPEN_UPDATE_ID,
  openSubscriptionUpdate,
  SUBSCRIPTION_WORKFLOW,
  subscriptionStart,
  type OpenSubscription,
} from '../../workflows/messages';
import { answerOnce } from '../answer-once';
import { jsonBody } from '../bodies/json-body';
import { loadCustomerPlan } from '../customer-plan';
import type { ApiDeps } from '../deps';
import { defineOperation } from '../operation';
import { refusedAnswer } from '../refused-answer';
import { idSchema, intervalSchema, urlSchema } from '../schemas';
import { updateWithStart } from '../update-with-start';
import { subscriptionSchema, subscriptionView } from '../views/subscription-view';

const body = z.strictObject({
  customerId: idSchema,
  plan: z.enum(['standard', 'pro', 'custom']),
  interval: intervalSchema.default('month'),
  collection: z.enum(['checkout', 'invoice']).default('checkout'),
  contractId: idSchema.optional(),
  successUrl: urlSchema.optional(),
  cancelUrl: urlSchema.optional(),
});

export const createSubscription = defineOperation({
  summary: 'Subscribe a customer to a plan',
  description: 'Nothing is granted before it is paid for: send the customer to `checkoutUrl`.',
  tag: 'Subscriptions',
  access: 'customer',
  body: jsonBody(body),
  needsIdempotencyKey: true,
  answers: { 201: { description: 'The subscription waits for its payment.', schema: subscriptionSchema } },
  problems: ['contract_required', 'state_conflict', 'payment_failed', 'unavailable'],
  find: ({ body: { customerId } }, { db }) => getCustomer(db, customerId),
  async handle(call, deps, customer) {
    const content = call.body;
    const { subscription, catalog } = await loadCustomerPlan(deps.db, customer.id);
    return answerOnce(call, deps, {
      customerId: customer.id,
      operation: 'subscription',
      content,
      admit() {
        if (content.plan === 'custom') return Promise.reject(contractRequired(catalog));
        if (subscription !== undefined) return Promise.reject(alreadySubscribed(subscription));
        return Promise.resolve();
      },
      work: () =>
        open(deps, {
          subscriptionId: deriveId('sub', customer.id, call.idempotencyKey),
          customerId: customer.id,
          plan: content.plan,
          interval: content.interval,
          collection: content.collection,
          catalogVersion: catalog.version,
          successUrl: content.successUrl ?? null,
          cancelUrl: content.cancelUrl ?? null,
        }),
    });
  },
});

async function open(deps: ApiDeps, opening: OpenSubscription): Promise<StoredAnswer> {
  const answer = await updateWithStart(
    deps,
    { definition: openSubscriptionUpdate, updateId: OPEN_UPDATE_ID },
    { workflow: SUBSCRIPTION_WORKFLOW, options: subscriptionStart(opening) },
  );
  if (answer?.outcome === 'refused') throw refusedAnswer(answer);
  const subscription = await findSubscription(deps.db, opening.subscriptionId);
  if (subscription === undefined) {
    throw new DomainError('unavailable', 'The subscription is not open yet. Repeat the same request.');
  }
  return { status: 201, body: subscriptionView(subscription) };
}

function contractRequired({ policies, plans }: Catalog): DomainError {
  return new DomainError(
    'contract_required',
    `More than ${plans.custom.credits} credits a month are sold by contract: write to ${policies.contactAddress}.`,
    { contact: policies.contactAddress },
  );
}

function alreadySubscribed({ id, plan }: { readonly id: string; readonly plan: PlanId }): DomainError {
  return new DomainError(
    'state_conflict',
    `The customer has a ${plan} subscription already: change its plan instead.`,
    { subscriptionId: id },
  );
}
