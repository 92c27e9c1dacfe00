import {
  allHandlersFinished,
  CancellationScope,
  condition,
  currentUpdateInfo,
  patched,
  proxyActivities,
  proxyLocalActivities,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { Activities } from '../../activities';
import { plusMs } from '../../domain/instants';
import { refused } from '../../domain/refusal';
import { createAlarms } from '../alarms';
import { hearCancelRequest, type CancelRequest } from '../cancel-request';
import { SEARCH_ATTRIBUTES, type CommandAnswer, type OpenAnswer } from '../messages';
import { now } from '../now';
import { hearPaymentFacts } from '../payments/hear-payment-facts';
import type { PaymentHint } from '../payments/messages';
import { lookAgainUpdate } from '../subscriptions/messages';
import { addOnCard, type AddOnStanding } from './add-on-card';
import { openAddOnUpdate, type AddOnInput, type OpenAddOn } from './messages';

const AT_STRIPE = {
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '30 seconds' },
} as const;
const { openAddOn, settleAddOn, readAddOnWithdrawal } = proxyActivities<Activities>({
  ...AT_STRIPE,
  summary: 'Asks Stripe about the order',
});
const { refuseEvents } = proxyActivities<Activities>({
  ...AT_STRIPE,
  summary: 'Raises an alarm for an event that names an unknown order',
});
const LOCAL = {
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
} as const;
const { findOrder } = proxyLocalActivities<Activities>({ ...LOCAL, summary: 'Reads the recorded order' });
const { acknowledgeEvents } = proxyLocalActivities<Activities>({
  ...LOCAL,
  summary: 'Marks the events of Stripe as processed',
});
const { carryOutAddOnWithdrawal } = proxyLocalActivities<Activities>({
  ...LOCAL,
  summary: 'Takes credits back, or restores them',
});

type OpenOrder = NonNullable<Awaited<ReturnType<Activities['findOrder']>>>;
type OrderStatus = Awaited<ReturnType<Activities['settleAddOn']>>;

/** How long after its end an unpaid checkout is read once more, in case its events were lost. */
const MARGIN_MS = 3_600_000;

/** Everything a run knows. */
interface Shell {
  readonly facts: PaymentHint[];
  /** The ids of updates `lookAgain` that wait for the next look. */
  readonly looks: string[];
  readonly answers: Map<string, CommandAnswer>;
  standing: AddOnStanding;
  cancelRequest: CancelRequest | null;
}

/**
 * One order of packs, from its checkout to its credits. Every hint makes it read the checkout at Stripe. Once it is paid, at
 * whatever time, the credits are granted; money that goes back takes them back. A hint starts an order whose workflow has
 * ended again.
 */
export async function addOn(input: AddOnInput): Promise<OrderStatus | 'refused'> {
  const shell: Shell = {
    facts: [],
    looks: [],
    answers: new Map(),
    standing: standingAt(input),
    cancelRequest: null,
  };
  listen(shell);
  const answers = answerOpen('pack' in input);
  hearCancelRequest((cancelRequest) => {
    shell.cancelRequest = cancelRequest;
    show(shell, shell.standing.is);
  });
  return CancellationScope.nonCancellable(async () => {
    const order =
      'pack' in input ? await open(shell, input, answers.give) : await takeUp(shell, input.orderId);
    const status = order === null ? 'refused' : await serve(shell, order);
    if (shell.facts.length > 0) {
      const left = shell.facts.splice(0);
      if (order === null && patched('nothing-is-swallowed')) {
        await refuseEvents({ facts: left, subject: input.orderId, at: now() });
      } else await acknowledgeEvents({ facts: left, at: now() });
    }
    refuseLooks(shell);
    await condition(allHandlersFinished);
    return status;
  });
}

function standingAt(input: AddOnInput): AddOnStanding {
  const isOpening = 'pack' in input;
  return {
    orderId: input.orderId,
    customerId: isOpening ? input.customerId : null,
    what: isOpening ? `${String(input.quantity)} × ${input.pack}` : null,
    sessionId: null,
    is: isOpening ? { phase: 'opening' } : { phase: 'looking' },
  };
}

/** Registers the messages, those for operators first, because the Web UI lists them in this order. */
function listen(shell: Shell): void {
  const look = (): Promise<CommandAnswer> => {
    const id = currentUpdateInfo()?.id ?? '';
    return CancellationScope.nonCancellable(async () => {
      shell.looks.push(id);
      await condition(() => shell.answers.has(id));
      return shell.answers.get(id) as CommandAnswer;
    });
  };
  setHandler(lookAgainUpdate, look, {
    description: 'Reads the order at Stripe again, and acts on what it finds.',
  });
  hearPaymentFacts((fact) => shell.facts.push(fact));
}

function refuseLooks({ looks, answers, standing }: Shell): void {
  const message = `There is no order ${standing.orderId}.`;
  for (const id of looks.splice(0)) answers.set(id, refused({ code: 'not_found', message }));
}

function show(shell: Shell, is: AddOnStanding['is'], known: Partial<AddOnStanding> = {}): void {
  shell.standing = { ...shell.standing, ...known, is };
  setCurrentDetails(addOnCard(shell.standing, shell.cancelRequest));
}

async function open(
  shell: Shell,
  opening: OpenAddOn,
  give: (answer: OpenAnswer) => void,
): Promise<OpenOrder | null> {
  show(shell, { phase: 'opening' });
  const { answer, order } = await openAddOn({ opening, at: now() });
  give(answer);
  if (answer.outcome === 'refused')
    show(shell, { phase: 'refused', code: answer.code, message: answer.message });
  return order;
}

/** A hint that starts an order again does not name its customer, by whom operators search: it is read from the record. */
async function takeUp(shell: Shell, orderId: string): Promise<OpenOrder | null> {
  const order = await findOrder(orderId);
  if (order === null) show(shell, { phase: 'unknown' });
  else if (patched('customer-of-an-order-taken-up')) {
    upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.customer, value: order.customerId }]);
  }
  return order;
}

async function serve(shell: Shell, order: OpenOrder): Promise<OrderStatus> {
  const { facts, looks, answers } = shell;
  const { customerId, sessionId } = order;
  const endsAt = order.expiresAt === null ? null : plusMs(order.expiresAt, MARGIN_MS);
  const alarms = createAlarms('The last look at the checkout');
  const hasNews = () => facts.length > 0 || looks.length > 0;
  for (;;) {
    const isOver = endsAt !== null && endsAt <= now();
    if (!hasNews() && endsAt !== null && !isOver) {
      show(shell, { phase: 'waiting', lookAt: endsAt }, { customerId, sessionId });
      await alarms.waitFor(hasNews, endsAt);
      continue;
    }
    const asked = looks.splice(0);
    const heard = facts.splice(0);
    show(shell, { phase: 'looking' }, { customerId, sessionId });
    const status = await settle(order, heard, isOver);
    show(shell, { phase: 'seen', status });
    for (const id of asked) answers.set(id, { outcome: 'done' });
    if (!hasNews() && (status !== 'pending' || isOver || endsAt === null)) return status;
  }
}

/** First what was paid, then what went back of it. */
async function settle(
  order: OpenOrder,
  facts: readonly PaymentHint[],
  isOver: boolean,
): Promise<OrderStatus> {
  const { orderId, sessionId } = order;
  const paymentIntentId = facts.find(({ objectType }) => objectType === 'payment')?.objectId ?? null;
  const status = await settleAddOn({ orderId, sessionId, paymentIntentId, isOver, at: now() });
  const done: PaymentHint[] = [];
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
  const answer = (): Promise<OpenAnswer> =>
    CancellationScope.nonCancellable(async () => {
      await condition(() => given !== undefined);
      return given as OpenAnswer;
    });
  setHandler(openAddOnUpdate, answer, {
    description:
      'Inner: sent by the API that starts the order. Answers whether the checkout is open, or why not.',
  });
  return { give: (known) => (given = known) };
}
