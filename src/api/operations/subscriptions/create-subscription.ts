import { z } from 'zod';
import type { Catalog, PlanId } from '../../../domain/catalog';
import type { Contract } from '../../../domain/subscriptions/contract';
import { DomainError } from '../../../domain/errors';
import { errorOf } from '../../../domain/refusal';
import { getCustomerPlan, type CustomerPlan } from '../../../store/customer-plan';
import { deriveId } from '../../../platform/ids';
import { claimContract, getContract, releaseContract, type RecordedContract } from '../../../store/contracts';
import { assertOpen, getCustomer } from '../../../store/customers';
import type { StoredAnswer } from '../../../store/requests';
import { registerOpening } from '../../../store/subscription-openings';
import { findSubscription } from '../../../store/subscriptions';
import {
  OPEN_UPDATE_ID,
  openSubscriptionUpdate,
  SUBSCRIPTION_WORKFLOW,
  subscriptionStart,
  type OpenSubscription,
} from '../../../workflows/subscriptions/messages';
import { answerOnce, refusal } from '../../answer-once';
import { jsonBody } from '../../http/bodies/json-body';
import type { ApiDeps } from '../../deps';
import { defineOperation } from '../../define-operation';
import { type Call } from '../../http/operation';
import { customerInBody } from '../../http/belongs-to';
import { idSchema, intervalSchema, urlSchema } from '../../schemas';
import { updateWithStart } from '../../temporal/update-with-start';
import { subscriptionSchema, subscriptionView } from './subscription-view';

const body = z.strictObject({
  customerId: idSchema,
  plan: z.enum(['standard', 'pro', 'custom']),
  interval: intervalSchema
    .optional()
    .meta({ description: 'Default: `month`. A contract has its own interval.' }),
  collection: z.enum(['checkout', 'invoice']).optional().meta({
    description:
      'Default: `checkout`. With `invoice`, Stripe sends an invoice for every period. A contract is always invoiced.',
  }),
  contractId: idSchema.optional(),
  successUrl: urlSchema.optional(),
  cancelUrl: urlSchema.optional(),
});

export const createSubscription = defineOperation({
  summary: 'Create a subscription',
  description:
    'Subscribes a customer to a plan. Send the customer to `checkoutUrl`, or wait until the invoice is paid; nothing is granted before. Earlier subscriptions of the customer that were not paid for are canceled. A portal token can subscribe by checkout only, at most ten times an hour.',
  tag: 'Subscriptions',
  access: 'customer',
  belongsTo: customerInBody,
  body: jsonBody(body),
  needsIdempotencyKey: true,
  answers: {
    201: { description: 'The subscription, waiting for its first payment.', schema: subscriptionSchema },
  },
  problems: [
    'invoice_not_allowed',
    'contract_required',
    'state_conflict',
    'payment_failed',
    'rate_limited',
    'unavailable',
  ],
  async find({ body: { customerId, plan, contractId } }, deps) {
    const { db } = deps;
    const customer = await getCustomer(db, customerId);
    const { id } = customer;
    const isByContract = plan === 'custom' && contractId !== undefined;
    return {
      customer,
      contract: isByContract ? await getContract(db, contractId, id) : undefined,
      current: await getCustomerPlan(deps.db, id, await deps.clock.now()),
    };
  },
  async handle(call, deps, { customer, contract, current }) {
    const { id: customerId } = customer;
    const { plan, interval, collection, successUrl, cancelUrl } = call.body;
    const subscriptionId = deriveId('sub', customerId, call.idempotencyKey);
    return answerOnce(call, deps, {
      customerId,
      operation: 'subscription',
      content: call.body,
      authorize: () => Promise.resolve().then(() => assertMayOrder(call)),
      async admit() {
        assertOpen(customer);
        const forbidden = findForbidden(call.body, contract, current);
        if (forbidden !== undefined) throw forbidden;
        if (contract !== undefined && !(await claimContract(deps.db, contract.contractId, subscriptionId)))
          throw soldAlready(contract);
        const byPortal = call.caller?.kind === 'portal';
        const at = await deps.clock.now();
        await registerOpening(deps.db, { subscriptionId, customerId, byPortal, at });
      },
      work: () =>
        open(deps, customer.externalId, {
          subscriptionId,
          customerId,
          plan,
          interval: contract?.interval ?? interval ?? 'month',
          collection: contract === undefined ? (collection ?? 'checkout') : 'invoice',
          catalogVersion: current.catalog.version,
          successUrl: successUrl ?? null,
          cancelUrl: cancelUrl ?? null,
          ...(contract === undefined ? {} : { contract: agreementOf(contract) }),
        }),
    });
  },
});

type Request = z.output<typeof body>;

/** An invoice asks for money that nobody has seen yet, so who may order by one is the house's to say, not the customer's. */
function assertMayOrder({ caller, body }: Pick<Call<unknown, Request>, 'caller' | 'body'>): void {
  if (caller?.kind !== 'portal') return;
  if (body.collection !== 'invoice' && body.contractId === undefined) return;
  throw new DomainError(
    'invoice_not_allowed',
    'By a portal token a subscription is opened by checkout only.',
  );
}

/** Why a subscription cannot be sold now; undefined when it can. */
function findForbidden(
  { plan, interval, collection, contractId }: Request,
  contract: RecordedContract | undefined,
  { subscription, catalog }: CustomerPlan,
): DomainError | undefined {
  if (plan === 'custom' && contract === undefined) return contractRequired(catalog);
  if (contract === undefined && contractId !== undefined) {
    return new DomainError('state_conflict', 'A contract is for the plan `custom` only.');
  }
  if (contract !== undefined && collection === 'checkout') {
    return new DomainError(
      'state_conflict',
      'A contract is paid by invoice: leave `collection` out, or send `invoice`.',
    );
  }
  if (contract !== undefined && interval !== undefined && interval !== contract.interval) {
    return new DomainError('state_conflict', `The contract is by the ${contract.interval}.`);
  }
  if (subscription !== undefined) return alreadySubscribed(subscription);
  return undefined;
}

/** A contract is billed from its opening on, paid or not: twice opened, it would be billed twice. */
function soldAlready({ subscriptionId }: RecordedContract): DomainError {
  return new DomainError(
    'state_conflict',
    'The contract has a subscription already, or is being opened under another Idempotency-Key.',
    subscriptionId === null ? {} : { subscriptionId },
  );
}

/** What of a contract the workflow works by: no names, no references. */
function agreementOf({ contractId, credits, price, interval, termMonths }: RecordedContract): Contract {
  return { contractId, credits, price, interval, termMonths };
}

async function open(deps: ApiDeps, externalId: string, opening: OpenSubscription): Promise<StoredAnswer> {
  const answer = await updateWithStart(
    deps,
    { definition: openSubscriptionUpdate, updateId: OPEN_UPDATE_ID, args: [] },
    { workflow: SUBSCRIPTION_WORKFLOW, options: subscriptionStart(opening, externalId) },
  );
  if (answer?.outcome === 'refused') {
    const { contract, subscriptionId } = opening;
    if (contract !== undefined) await releaseContract(deps.db, contract.contractId, subscriptionId);
    return refusal(errorOf(answer));
  }
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
