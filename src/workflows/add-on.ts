import {
  CancellationScope,
  condition,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import { epochMsOf } from '../domain/instants';
import {
  openAddOnUpdate,
  paymentFactSignal,
  type AddOnInput,
  type OpenAddOn,
  type OpenAnswer,
} from './messages';
import { now } from './now';

const { openAddOn, settleAddOn } = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '30 seconds' },
});
const { findOrder, acknowledgeEvents } = proxyLocalActivities<Activities>({
  startToCloseTimeout: '10 seconds',
});

type Order = NonNullable<Awaited<ReturnType<Activities['findOrder']>>>;
type OrderStatus = Awaited<ReturnType<Activities['settleAddOn']>>;

/** How long after its end an unpaid checkout is looked at once more, should its events have been lost. */
const MARGIN_MS = 3_600_000;

/**
 * One order of packs, from its checkout to its credits. Every hint makes it look at the checkout at Stripe; paid means
 * credits, whenever that happens: an order whose workflow has ended is taken up again by the hint.
 */
export async function addOn(input: AddOnInput): Promise<OrderStatus | 'refused'> {
  const eventIds: string[] = [];
  const description = 'Something about the checkout may have changed: look at it again.';
  setHandler(paymentFactSignal, ({ eventId }) => void eventIds.push(eventId), { description });
  const answers = answerOpen();
  return CancellationScope.nonCancellable(async () => {
    const order = 'pack' in input ? await open(input, answers.give) : await findOrder(input.orderId);
    if (order === null) {
      await acknowledgeEvents({ eventIds: eventIds.splice(0), at: now() });
      return 'refused';
    }
    return serve(order, eventIds);
  });
}

async function open(opening: OpenAddOn, give: (answer: OpenAnswer) => void): Promise<Order | null> {
  setCurrentDetails(`Opening the checkout of ${opening.quantity} × ${opening.pack}.`);
  const { answer, order } = await openAddOn({ opening, at: now() });
  give(answer);
  if (answer.outcome === 'refused') setCurrentDetails(`Refused: ${answer.code}.`);
  return order;
}

async function serve(order: Order, eventIds: string[]): Promise<OrderStatus> {
  const endsAtMs = order.expiresAt === null ? null : epochMsOf(order.expiresAt) + MARGIN_MS;
  for (;;) {
    const isOver = endsAtMs !== null && Date.now() >= endsAtMs;
    if (eventIds.length === 0 && endsAtMs !== null && !isOver) {
      setCurrentDetails(`Order ${order.orderId} of ${order.customerId} waits for its payment.`);
      await condition(() => eventIds.length > 0, endsAtMs - Date.now());
      continue;
    }
    const look = { orderId: order.orderId, sessionId: order.sessionId, eventIds: eventIds.splice(0), isOver };
    const status = await settleAddOn({ ...look, at: now() });
    setCurrentDetails(`Order ${order.orderId} of ${order.customerId}: ${status}.`);
    if (eventIds.length === 0 && (status !== 'pending' || isOver || endsAtMs === null)) return status;
  }
}

function answerOpen(): { give: (answer: OpenAnswer) => void } {
  let given: OpenAnswer | undefined;
  const answer = async (): Promise<OpenAnswer> => {
    await condition(() => given !== undefined);
    return given as OpenAnswer;
  };
  setHandler(openAddOnUpdate, answer, { description: 'Whether the checkout is open, or why not.' });
  return { give: (known) => (given = known) };
}
