import {
  allHandlersFinished,
  CancellationScope,
  condition,
  log,
  patched,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import { epochMsOf, instantOf } from '../domain/instants';
import { createAlarms } from './alarms';
import { isPaymentFact } from './arguments';
import {
  openAddOnUpdate,
  paymentFactSignal,
  SEARCH_ATTRIBUTES,
  type AddOnInput,
  type OpenAddOn,
  type OpenAnswer,
  type PaymentFact,
} from './messages';
import { now } from './now';

const { openAddOn, settleAddOn, readAddOnWithdrawal, refuseEvents } = proxyActivities<Activities>({
  summary: 'Asks Stripe about the order',
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '30 seconds' },
});
const { findOrder, acknowledgeEvents, carryOutAddOnWithdrawal } = proxyLocalActivities<Activities>({
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
});

type Order = NonNullable<Awaited<ReturnType<Activities['findOrder']>>>;
type OrderStatus = Awaited<ReturnType<Activities['settleAddOn']>>;

/** How long after its end an unpaid checkout is looked at once more, should its events have been lost. */
const MARGIN_MS = 3_600_000;

/**
 * One order of packs, from its checkout to its credits. Every hint makes it look at the checkout at Stripe; paid means
 * credits, whenever that happens, and money that goes back takes them along: an order whose workflow has ended is taken
 * up again by the hint.
 */
export async function addOn(input: AddOnInput): Promise<OrderStatus | 'refused'> {
  const facts: PaymentFact[] = [];
  const hear = (fact: PaymentFact) => {
    if (isPaymentFact(fact)) facts.push(fact);
    else log.warn('a signal paymentFact without a fact is left');
  };
  setHandler(paymentFactSignal, hear, {
    description:
      'Something about its money may have changed: it is looked at again at Stripe. ' +
      '{"eventId": "by hand", "objectType": "checkout_session", "objectId": "cs_…"}',
  });
  const answers = answerOpen('pack' in input);
  return CancellationScope.nonCancellable(async () => {
    const order = 'pack' in input ? await open(input, answers.give) : await takeUp(input.orderId);
    const status = order === null ? 'refused' : await serve(order, facts);
    if (facts.length > 0) {
      const left = facts.splice(0);
      if (order === null && patched('nothing-is-swallowed')) {
        await refuseEvents({ facts: left, subject: input.orderId, at: now() });
      } else await acknowledgeEvents({ facts: left, at: now() });
    }
    await condition(allHandlersFinished);
    return status;
  });
}

async function open(opening: OpenAddOn, give: (answer: OpenAnswer) => void): Promise<Order | null> {
  setCurrentDetails(`Opening the checkout of ${opening.quantity} × ${opening.pack}.`);
  const { answer, order } = await openAddOn({ opening, at: now() });
  give(answer);
  if (answer.outcome === 'refused') setCurrentDetails(`Refused: ${answer.code}.`);
  return order;
}

/** Who took it up again by a hint does not know whose it is; operators look for it by its customer all the same. */
async function takeUp(orderId: string): Promise<Order | null> {
  const order = await findOrder(orderId);
  if (order === null) setCurrentDetails(`There is no order ${orderId}.`);
  else if (patched('customer-of-an-order-taken-up')) {
    upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.customer, value: order.customerId }]);
  }
  return order;
}

async function serve(order: Order, facts: PaymentFact[]): Promise<OrderStatus> {
  const endsAt = order.expiresAt === null ? null : instantOf(epochMsOf(order.expiresAt) + MARGIN_MS);
  const alarms = createAlarms('The checkout is over');
  for (;;) {
    const isOver = endsAt !== null && endsAt <= now();
    if (facts.length === 0 && endsAt !== null && !isOver) {
      setCurrentDetails(`Order ${order.orderId} of ${order.customerId} waits for its payment.`);
      await alarms.waitFor(() => facts.length > 0, endsAt);
      continue;
    }
    const heard = facts.splice(0);
    const status = await settle(order, heard, isOver);
    setCurrentDetails(`Order ${order.orderId} of ${order.customerId}: ${status}.`);
    if (facts.length === 0 && (status !== 'pending' || isOver || endsAt === null)) return status;
  }
}

/** First what was paid, then what went back of it. */
async function settle(order: Order, facts: readonly PaymentFact[], isOver: boolean): Promise<OrderStatus> {
  const { orderId, sessionId } = order;
  const paymentIntentId = facts.find(({ objectType }) => objectType === 'payment')?.objectId ?? null;
  const status = await settleAddOn({ orderId, sessionId, paymentIntentId, isOver, at: now() });
  const done: PaymentFact[] = [];
  for (const fact of facts) {
    const isWithdrawal = fact.objectType === 'refund' || fact.objectType === 'dispute';
    const withdrawal = isWithdrawal ? await readAddOnWithdrawal({ orderId, fact, at: now() }) : null;
    if (withdrawal === 'unreadable') continue;
    if (withdrawal !== null) await carryOutAddOnWithdrawal(withdrawal);
    done.push(fact);
  }
  if (done.length > 0) await acknowledgeEvents({ facts: done, at: now() });
  return status;
}

function answerOpen(isOpening: boolean): { give: (answer: OpenAnswer) => void } {
  let given: OpenAnswer | undefined = isOpening ? undefined : { outcome: 'opened' };
  const answer = async (): Promise<OpenAnswer> => {
    await condition(() => given !== undefined);
    return given as OpenAnswer;
  };
  setHandler(openAddOnUpdate, answer, { description: 'Whether the checkout is open, or why not.' });
  return { give: (known) => (given = known) };
}
