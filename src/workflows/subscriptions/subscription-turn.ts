import { ActivityFailure, log, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import { refused } from '../../domain/refusal';
import { currencyOf } from '../../domain/subscriptions/currency';
import type { Duplicate } from '../../domain/subscriptions/duplicate';
import {
  callsAtTermEnd,
  callsWhileRecorded,
  callsWhileUnvoided,
  readerOf,
  step,
  type StripeCall,
  type SubscriptionCommand,
  type SubscriptionEffects,
  type SubscriptionState,
  type SubscriptionStep,
  viewOf,
} from '../../domain/subscriptions/subscription';
import type { CommandAnswer } from '../messages';
import { now } from '../now';
import { admitMoney, findForbidding } from './one-subscription';
import { showSubscription } from './show-subscription';
import { nextLookAt } from './subscription-look';
import type { OpenedShell, SubscriptionRequest } from './subscription-shell';

/** Gives up after a few attempts: the open row of the inbox comes back, and the watchdog looks again. */
const { readSubscriptionPayments, readSubscriptionNews } = proxyActivities<Activities>({
  summary: 'Reads the subscription at Stripe',
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '500 milliseconds', maximumAttempts: 3 },
});
/** An accepted command is carried through, however long Stripe cannot be reached, unless Stripe refuses it. */
const { callStripe, giveUpOpening } = proxyActivities<Activities>({
  summary: 'Changes the subscription at Stripe',
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '30 seconds' },
});
/** Retried however long Stripe cannot be reached, because a customer was charged for nothing. */
const { settleDuplicate } = proxyActivities<Activities>({
  summary: 'Cancels and refunds a second subscription',
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '500 milliseconds', maximumInterval: '30 seconds' },
});
/** Clawbacks and restores are recorded in the history, with their amounts, before any of them is done. */
const { carryOutSubscription: carryOutOnRecord } = proxyActivities<Activities>({
  summary: 'Takes credits back, or restores them',
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
});
const LOCAL = {
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
} as const;
const { carryOutSubscription } = proxyLocalActivities<Activities>({
  ...LOCAL,
  summary: 'Records the subscription, and grants what is due',
});
const { findPlanTerms } = proxyLocalActivities<Activities>({
  ...LOCAL,
  summary: 'Reads the plans of the catalog',
});

type Reading = Awaited<ReturnType<Activities['readSubscriptionNews']>>[number];
type Untimed<Step> = Step extends unknown ? Omit<Step, 'at'> : never;
type Input = Untimed<SubscriptionStep>;

/** The most hints that are read in one turn; the rest waits for the next. */
const FACTS_MAX = 50;

/** Takes in the events and the time that has passed, then one request, and carries out the effects of each. */
export async function takeTurn(shell: OpenedShell): Promise<void> {
  const facts = shell.facts.splice(0, FACTS_MAX);
  const heard =
    facts.length === 0
      ? []
      : await read(() => readSubscriptionPayments({ reader: readerOf(shell.state, now()), facts }));
  const request = shell.requests.shift();
  const lookAt = nextLookAt(shell);
  const isLookDue = request !== undefined || (lookAt !== null && lookAt <= now());
  const seen = isLookDue && shell.state.duplicate === undefined ? await look(shell) : [];
  await feed(shell, [...heard, ...seen], [{ type: 'instant' }]);
  // A new period at Stripe is among the news, and the watchdog looks once in every cycle.
  if (heard.length > 0 || isLookDue) {
    await callAll(shell, callsWhileRecorded(shell.state));
    await voidWhatIsLeft(shell);
  }
  const { duplicate } = shell.state;
  if (duplicate !== undefined && (isLookDue || facts.length > 0 || duplicate.money === null))
    await settle(shell, duplicate);
  if (request !== undefined) await obey(shell, request);
}

/** Sees to the money of a duplicate. */
async function settle(shell: OpenedShell, before: Duplicate): Promise<void> {
  const { subscriptionId, customerId, plan, stripeSubscriptionId } = shell.state;
  const which = { subscriptionId, customerId, plan, stripeSubscriptionId };
  const duplicate = await settleDuplicate({ ...which, duplicate: before, at: now() });
  shell.lookedAt = now();
  await feed(shell, [], [{ type: 'duplicate', duplicate, stripeSubscriptionId }]);
}

/**
 * Carries a command through: what it asks of Stripe, in order, then what is true once that is done. A decline undoes
 * nothing, because it comes before anything was done; before a refusal at most old invoices were voided.
 */
async function obey(shell: OpenedShell, request: SubscriptionRequest): Promise<void> {
  const { commandId } = request;
  if (request.type === 'look_again') {
    shell.answers.set(commandId, { outcome: 'done' });
    return;
  }
  if (request.type === 'replace') {
    shell.answers.set(commandId, await giveWay(shell));
    return;
  }
  const command = await withTerms(shell, request);
  if (command === null) {
    const message = 'There is no such catalog version.';
    shell.answers.set(commandId, refused({ code: 'not_found', message }));
    return;
  }
  const other = await findForbidding(shell, command);
  if (other !== null) {
    const message = `The customer already has the subscription ${other}, and a second one cannot begin.`;
    shell.answers.set(commandId, refused({ code: 'state_conflict', message }));
    return;
  }
  const calls = await feed(shell, [], [command]);
  await carryThrough(shell, commandId, calls);
}

/** Ends itself for a later opening of the customer, unless it is paid, or turns out to be paid in this very moment. */
async function giveWay(shell: OpenedShell): Promise<CommandAnswer> {
  const { status } = viewOf(shell.state);
  if (status === 'canceled') return { outcome: 'done' };
  if (status === 'incomplete') {
    const { subscriptionId, checkout, stripeSubscriptionId } = shell.state;
    if ((await giveUpOpening({ subscriptionId, checkout, stripeSubscriptionId })) === 'ended') {
      await feed(shell, [], [{ type: 'checkout_expired' }]);
      return { outcome: 'done' };
    }
    await feed(shell, await look(shell), []);
  }
  return refused({ code: 'state_conflict', message: 'It is already paid, or being paid.' });
}

/** A run that was lost left its command half done: its calls are made again, and what was done is not done twice. */
export async function finishCommand(shell: OpenedShell): Promise<void> {
  const { command } = shell.state;
  if (command !== null) await carryThrough(shell, command.commandId, command.calls);
}

/** Tells Stripe of what ends here and not there. */
export async function endAtStripe(shell: OpenedShell): Promise<void> {
  await callAll(shell, callsAtTermEnd(shell.state));
}

/** Voids what was being paid when a command stopped it, once its payment has ended without success. */
async function voidWhatIsLeft(shell: OpenedShell): Promise<void> {
  for (const call of callsWhileUnvoided(shell.state)) {
    const { stripeSubscriptionId } = shell.state;
    const result = await callStripe({ call, stripeSubscriptionId, reader: readerOf(shell.state, now()) });
    if (result.outcome === 'done' && result.isInFlight !== true)
      await feed(shell, [], [{ type: 'all_voided' }]);
  }
}

async function callAll(shell: OpenedShell, calls: readonly StripeCall[]): Promise<void> {
  const { stripeSubscriptionId } = shell.state;
  for (const call of calls)
    await callStripe({ call, stripeSubscriptionId, reader: readerOf(shell.state, now()) });
}

async function carryThrough(
  shell: OpenedShell,
  commandId: string,
  calls: readonly StripeCall[],
): Promise<void> {
  const readings: Reading[] = [];
  let isInFlight = false;
  for (const call of calls) {
    const { stripeSubscriptionId } = shell.state;
    const result = await callStripe({ call, stripeSubscriptionId, reader: readerOf(shell.state, now()) });
    if (result.outcome !== 'done') {
      const { outcome, message } = result;
      const code = outcome === 'refused' ? 'state_conflict' : outcome;
      // What Stripe refuses, although the machine allows it, has news that are not known yet.
      const seen = outcome === 'refused' ? await look(shell) : [];
      await feed(shell, [...readings, ...seen], [{ type: 'command_failed', commandId, code, message }]);
      return;
    }
    if (result.reading !== null) readings.push(result.reading);
    isInFlight ||= result.isInFlight ?? false;
  }
  const done = { type: 'command_done', commandId, ...(isInFlight ? { isInFlight } : {}) } as const;
  if (calls.length > 0) await feed(shell, readings, [done]);
}

async function withTerms(
  { state }: OpenedShell,
  request: Exclude<SubscriptionRequest, { type: 'look_again' | 'replace' }>,
): Promise<Untimed<SubscriptionCommand> | null> {
  switch (request.type) {
    case 'cancel':
    case 'resume':
    case 'pause':
      return request;
    case 'change_plan':
    case 'record_payment': {
      const { catalogVersion, interval } = state;
      const found = await findPlanTerms({ catalogVersion, interval, currency: currencyOf(state) });
      return found === null ? null : { ...request, terms: found.terms };
    }
    case 'migrate': {
      const { catalogVersion } = request;
      const { interval } = state;
      const found = await findPlanTerms({ catalogVersion, interval, currency: currencyOf(state) });
      return found === null ? null : { ...request, ...found };
    }
  }
}

/** Feeds the machine, carries out what it says in one go, and only then lets anybody know. Answers what Stripe is asked. */
async function feed(
  shell: OpenedShell,
  read: readonly Reading[],
  given: readonly Input[],
): Promise<readonly StripeCall[]> {
  const { readings, inputs } = await admitMoney(shell, read);
  const at = now();
  let { state } = shell;
  const all: SubscriptionEffects[] = [];
  for (const input of [...inputs, ...readings.flatMap((reading) => reading.step ?? []), ...given]) {
    const next = step(state, { ...input, at });
    all.push(next.effects);
    state = next.state;
  }
  await carryOut(shell, { state, all, readings });
  shell.state = state;
  for (const { answer } of all) {
    if (answer === null) continue;
    const { commandId, ...rest } = answer;
    shell.answers.set(commandId, rest);
  }
  showSubscription(shell);
  return all.flatMap(({ calls }) => calls);
}

/**
 * A turn whose end is lost is taken again at a later instant, when a cycle more may be due: its grants have the same keys and
 * amounts, but a clawback would come to another amount. That one is therefore not left to a local activity.
 */
async function carryOut(
  shell: OpenedShell,
  turn: {
    readonly state: SubscriptionState;
    readonly all: readonly SubscriptionEffects[];
    readonly readings: readonly Reading[];
  },
): Promise<void> {
  const { state, all, readings } = turn;
  const payments = paymentsOf(shell.state, state, readings);
  const eventIds = readings.flatMap((reading) => reading.eventIds);
  // A payment that changes nothing was written down when it was new.
  if (state.revision === shell.state.revision && eventIds.length === 0) return;
  const movements = all
    .map(({ grants, clawbacks, restores }) => ({ grants, clawbacks, restores }))
    .filter(({ grants, clawbacks, restores }) => grants.length + clawbacks.length + restores.length > 0);
  const work = { state, movements, payments, eventIds, at: state.at };
  const isRepeatable = movements.every(({ clawbacks, restores }) => clawbacks.length + restores.length === 0);
  await (isRepeatable ? carryOutSubscription(work) : carryOutOnRecord(work));
}

/** Everything that was paid: what Stripe says, and what the machine holds besides, for an operator recorded it. */
function paymentsOf(before: SubscriptionState, after: SubscriptionState, readings: readonly Reading[]) {
  const read = readings.flatMap(({ step: input, paymentIntentId }) =>
    input?.type === 'paid' || input?.type === 'withdrawal'
      ? [{ payment: input.payment, paymentIntentId }]
      : [],
  );
  const known = [...before.intervals, ...read.map(({ payment }) => payment)];
  const recorded = after.intervals
    .filter(({ paymentId }) => !known.some((payment) => payment.paymentId === paymentId))
    .map((payment) => ({ payment, paymentIntentId: null }));
  return [...read, ...recorded];
}

/** Reads everything about it at Stripe, unasked. */
async function look(shell: OpenedShell): Promise<readonly Reading[]> {
  const { checkout, stripeSubscriptionId } = shell.state;
  const reader = readerOf(shell.state, now());
  const seen = await read(() => readSubscriptionNews({ reader, checkout, stripeSubscriptionId }));
  shell.lookedAt = now();
  return seen;
}

async function read(readings: () => Promise<readonly Reading[]>): Promise<readonly Reading[]> {
  try {
    return await readings();
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    log.warn('Stripe could not be asked; it is asked again later');
    return [];
  }
}
