import type { Knex } from 'knex';
import { z } from 'zod';
import { priceToPay } from '../../../domain/catalog/buy-pack';
import type { Catalog, Interval, Plan, PlanId } from '../../../domain/catalog/catalog';
import { moneyIn } from '../../../domain/catalog/money';
import { notSold } from '../../../domain/catalog/not-sold';
import { DomainError } from '../../../domain/errors';
import { errorOf } from '../../../domain/refusal';
import type { Contract } from '../../../domain/subscriptions/contract';
import { deriveId } from '../../../platform/ids';
import {
  claimContract,
  findContract,
  getContract,
  releaseContract,
  type RecordedContract,
} from '../../../store/contracts';
import { getCustomerPlan, type CustomerPlan } from '../../../store/customer-plan';
import { assertOpen, getCustomer } from '../../../store/customers';
import type { StoredAnswer } from '../../../store/requests';
import { registerOpening } from '../../../store/subscription-openings';
import { findSubscription, hadTrial } from '../../../store/subscriptions';
import {
  OPEN_UPDATE_ID,
  openSubscriptionUpdate,
  SUBSCRIPTION_WORKFLOW,
  subscriptionStart,
  type OpenSubscription,
} from '../../../workflows/subscriptions/messages';
import { answerOnce, refusal } from '../../answer-once';
import { defineOperation } from '../../define-operation';
import type { ApiDeps } from '../../deps';
import { customerInBody } from '../../http/belongs-to';
import { jsonBody } from '../../http/bodies/json-body';
import { type Call } from '../../http/operation';
import { isRepeat } from '../../is-repeat';
import { catalogIdSchema, idSchema, intervalSchema, urlSchema, currencySchema } from '../../schemas';
import { updateWithStart } from '../../temporal/update-with-start';
import { assertKnown } from '../catalog/assert-known';
import { subscriptionSchema, subscriptionView } from './subscription-view';

const OPERATION = 'subscription';
const DEFAULT_INTERVAL: Interval = 'month';

const body = z.strictObject({
  customerId: idSchema,
  plan: catalogIdSchema,
  interval: intervalSchema
    .optional()
    .meta({ description: 'Default: `month`. A contract has its own interval.' }),
  currency: currencySchema.optional().meta({
    description: "Default: the first of the plan's prices. A contract has its own currency.",
  }),
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
    'not_sold',
    'state_conflict',
    'payment_failed',
    'rate_limited',
    'unavailable',
  ],
  async find(call, deps) {
    const { body } = call;
    const { customerId, plan, contractId } = body;
    const { db, clock } = deps;
    // Malformed before unknown: whoever nobody knows is held to what is sold now.
    const current = await getCustomerPlan(db, customerId, await clock.now());
    await assertOrdered(db, current.catalog, plan);
    const isKnown = await isRepeat(call, deps, { customerId, operation: OPERATION });
    if (!isKnown) assertPriced(body, current.catalog);
    const customer = await getCustomer(db, customerId);
    return {
      customer,
      current,
      contract: await contractOf(db, customer.id, { plan, contractId, catalog: current.catalog }),
      trialDays: await trialDaysOf(db, customer.id, { ...body, catalog: current.catalog }),
    };
  },
  async handle(call, deps, { customer, contract, current, trialDays }) {
    const { id: customerId } = customer;
    const { plan, interval, collection, successUrl, cancelUrl } = call.body;
    const subscriptionId = deriveId('sub', customerId, call.idempotencyKey);
    return answerOnce(call, deps, {
      customerId,
      operation: OPERATION,
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
          interval: contract?.interval ?? interval ?? DEFAULT_INTERVAL,
          ...currencyToPayIn(call.body, contract, current.catalog),
          collection: contract === undefined ? (collection ?? 'checkout') : 'invoice',
          catalogVersion: current.catalog.version,
          successUrl: successUrl ?? null,
          cancelUrl: cancelUrl ?? null,
          ...(trialDays === 0 ? {} : { trialDays }),
          ...(contract === undefined ? {} : { contract: agreementOf(contract) }),
        }),
    });
  },
});

type Request = z.output<typeof body>;

/**
 * The contract that a request names. It must be there for a plan that is sold by contract; otherwise the request is refused, but for one
 * that has begun: a plan that a newer catalog sells at a checkout is still opened by the contract that it was admitted with.
 */
async function contractOf(
  db: Knex,
  customerId: string,
  { plan, contractId, catalog }: Pick<Request, 'plan' | 'contractId'> & { readonly catalog: Catalog },
): Promise<RecordedContract | undefined> {
  if (contractId === undefined) return undefined;
  return catalog.plans.get(plan)?.sold === 'contract'
    ? getContract(db, contractId, customerId)
    : findContract(db, contractId, customerId);
}

/** A trial is for who pays at a checkout, and a customer has one of a plan for ever, whatever version sells it. */
async function trialDaysOf(
  db: Knex,
  customerId: string,
  { plan, interval = DEFAULT_INTERVAL, collection, catalog }: Request & { readonly catalog: Catalog },
): Promise<number> {
  const days = catalog.plans.get(plan)?.prices[interval]?.trialDays ?? 0;
  if (days === 0 || collection === 'invoice') return 0;
  return (await hadTrial(db, customerId, plan)) ? 0 : days;
}

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
  { plan, interval, currency, collection, contractId }: Request,
  contract: RecordedContract | undefined,
  { subscription, catalog }: CustomerPlan,
): DomainError | undefined {
  const wanted = catalog.plans.get(plan);
  if (wanted?.sold === 'contract' && contract === undefined) return contractRequired(catalog, wanted);
  if (contractId !== undefined && wanted?.sold !== 'contract') {
    return new DomainError('state_conflict', 'A contract is for a plan that is sold by contract only.');
  }
  if (contract !== undefined && contract.plan !== null && contract.plan !== plan) {
    return new DomainError('state_conflict', `The contract is for the plan ${contract.plan}.`);
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
  if (contract !== undefined && currency !== undefined && currency !== contract.price.currency) {
    return new DomainError('state_conflict', `The contract is in ${contract.price.currency}.`);
  }
  if (subscription !== undefined) return alreadySubscribed(subscription);
  if (wanted === undefined) return notSold(catalog, 'plans', plan);
  if (wanted.sold === 'no') return notSold(catalog, 'plans', plan, `The plan ${plan} is not sold any more.`);
  const every = interval ?? DEFAULT_INTERVAL;
  return contract === undefined && wanted.prices[every] === undefined
    ? notSold(catalog, 'plans', plan, `The plan ${plan} is not sold by the ${every}.`)
    : undefined;
}

/** Nobody buys what everybody has, and what no catalog ever had is a typing error. */
async function assertOrdered(db: Knex, catalog: Catalog, plan: PlanId): Promise<void> {
  await assertKnown(db, catalog, { kind: 'plans', id: plan, field: 'plan' });
  if (catalog.plans.get(plan)?.sold !== 'default') return;
  throw new DomainError('invalid_request', `The plan ${plan} is what everybody has without a subscription.`, {
    field: 'plan',
  });
}

/** Throws `invalid_request` for a currency in which a plan that is sold by the interval is not sold. */
function assertPriced({ plan, interval = DEFAULT_INTERVAL, currency }: Request, { plans }: Catalog): void {
  const price = plans.get(plan)?.prices[interval];
  if (price !== undefined) priceToPay(price.amounts, { asked: currency, usual: null });
}

function currencyToPayIn(
  { plan, interval = DEFAULT_INTERVAL, currency }: Request,
  contract: RecordedContract | undefined,
  { plans }: Catalog,
): { readonly currency?: string } {
  const amounts = plans.get(plan)?.prices[interval]?.amounts ?? {};
  const chosen = contract?.price.currency ?? moneyIn(amounts, currency)?.currency;
  return chosen === undefined ? {} : { currency: chosen };
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

function contractRequired({ policies }: Catalog, { minimumCredits }: Plan): DomainError {
  // Every catalog that sells by contract has an address.
  const contact = policies.contactAddress ?? '';
  return new DomainError(
    'contract_required',
    `It is sold by contract, from ${minimumCredits ?? 1} credits a month: write to ${contact}.`,
    { contact },
  );
}

function alreadySubscribed({ id, plan }: { readonly id: string; readonly plan: PlanId }): DomainError {
  return new DomainError(
    'state_conflict',
    `The customer has a ${plan} subscription already: change its plan instead.`,
    { subscriptionId: id },
  );
}
