import { WithStartWorkflowOperation } from '@temporalio/client';
import type { Interval, PlanId } from '../../src/domain/catalog/catalog';
import { credits } from '../../src/domain/credits';
import { getBalance } from '../../src/ledger/get-balance';
import { listStatement } from '../../src/ledger/list-statement';
import { newId } from '../../src/platform/ids';
import { getSubscription, type Subscription } from '../../src/store/subscriptions';
import { subscriptionWorkflowId } from '../../src/domain/keys';
import type { CommandAnswer } from '../../src/workflows/messages';
import {
  OPEN_UPDATE_ID,
  openSubscriptionUpdate,
  SUBSCRIPTION_WORKFLOW,
  subscriptionCommandStart,
  subscriptionStart,
  type OpenSubscription,
} from '../../src/workflows/subscriptions/messages';
import type { UpdateDefinition } from '@temporalio/common';
import type { House } from './house';
import { payAt } from './stripe';

/** Opens a subscription as the API does, without paying. */
export async function open(
  house: House,
  customerId: string,
  {
    plan = 'standard',
    interval = 'month',
    collection = 'checkout',
    onStart = () => undefined,
    ...more
  }: {
    plan?: PlanId;
    interval?: Interval;
    collection?: 'checkout' | 'invoice';
    onStart?: (workflowId: string) => void;
    catalogVersion?: string;
    trialDays?: number;
  } = {},
): Promise<Subscription> {
  const opening = openingOf(house, customerId);
  onStart(subscriptionWorkflowId(opening.subscriptionId));
  return openAs(house, { ...opening, plan, interval, collection, ...more });
}

/** Opens a contract of 6,000 credits a month, invoiced by the month. */
export async function openContract(
  house: House,
  customerId: string,
  termMonths: number,
): Promise<Subscription> {
  const contract = {
    contractId: newId('ctr'),
    credits: credits(6_000),
    price: { amountMinor: 20_000, currency: 'usd' },
    interval: 'month',
    termMonths,
  } as const;
  const opening = { ...openingOf(house, customerId), plan: 'custom', interval: 'month' } as const;
  return openAs(house, { ...opening, collection: 'invoice', contract });
}

/** What the integrator calls a customer. */
export function externalIdOf(customerId: string): string {
  return `our ${customerId}`;
}

function openingOf({ catalog }: House, customerId: string) {
  const subscriptionId = newId('sub');
  return { subscriptionId, customerId, catalogVersion: catalog.version, successUrl: null, cancelUrl: null };
}

async function openAs({ client, db }: House, opening: OpenSubscription): Promise<Subscription> {
  const answer = await client.workflow.executeUpdateWithStart(openSubscriptionUpdate, {
    updateId: OPEN_UPDATE_ID,
    startWorkflowOperation: new WithStartWorkflowOperation(
      SUBSCRIPTION_WORKFLOW,
      subscriptionStart(opening, externalIdOf(opening.customerId)),
    ),
  });
  if (answer.outcome === 'refused') throw new Error(answer.message);
  return getSubscription(db, opening.subscriptionId);
}

/** Opens a subscription and pays at its checkout; the news of it is still at Stripe. */
export async function openAndPay(
  house: House,
  customerId: string,
  { plan = 'standard', interval = 'month', card }: { plan?: PlanId; interval?: Interval; card?: string } = {},
): Promise<Subscription> {
  const subscription = await open(house, customerId, { plan, interval });
  await payAt(subscription.checkoutUrl, card);
  return subscription;
}

/** Gives a command as the API does; `id` is the command's own. */
export async function command<Args extends [unknown?]>(
  { client }: House,
  subscriptionId: string,
  update: UpdateDefinition<CommandAnswer, Args>,
  { id, args }: { readonly id: string; readonly args: Args },
): Promise<CommandAnswer> {
  const start = subscriptionCommandStart(subscriptionId);
  const startWorkflowOperation = new WithStartWorkflowOperation(SUBSCRIPTION_WORKFLOW, start);
  const options = { updateId: id, args, startWorkflowOperation };
  return client.workflow.executeUpdateWithStart(update, options);
}

/** A customer's movements by code and credits, oldest first. */
export async function journalOf({ db }: House, customerId: string): Promise<readonly string[]> {
  const { data } = await listStatement(db, customerId, { limit: 100 });
  return data.map(({ code, credits }) => `${code} ${credits}`).reverse();
}

export async function availableOf({ db }: House, customerId: string): Promise<number> {
  return (await getBalance(db, customerId)).available;
}
