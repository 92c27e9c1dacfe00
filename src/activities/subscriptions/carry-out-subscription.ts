import type { Catalog } from '../../domain/catalog/catalog';
import type { Instant } from '../../domain/instants';
import { subscriptionWorkflowId } from '../../domain/keys';
import { eraOf, paidCycles, type PaidInterval } from '../../domain/subscriptions/paid-cycles';
import { planNameOf } from '../../domain/subscriptions/plan-names';
import {
  differencesOf,
  wordsOfDifference,
  type GrantEffect,
  type SubscriptionEffects,
  type SubscriptionState,
} from '../../domain/subscriptions/subscription';
import {
  ALLOWANCE_FINGERPRINT,
  type LedgerCommand,
  type LedgerOutcome,
  type StoreRecord,
} from '../../ledger/commands';
import { fingerprintOf } from '../../platform/fingerprint';
import { deriveId } from '../../platform/ids';
import { getCatalog } from '../../store/catalogs';
import { paymentRecord } from '../../store/payments';
import { processedEventRecord } from '../../store/stripe-events';
import { subscriptionRecord } from '../../store/subscriptions';
import { writeRecords } from '../../store/write-records';
import { ring, silence } from '../alarms';
import type { ActivityDeps } from '../deps';
import { clawbackCommand, restoreCommand } from '../payments/withdrawal-commands';

type Command = LedgerCommand & { readonly records?: readonly StoreRecord[] };

export interface CarryOutSubscription {
  /** As it is after all of it. */
  readonly state: SubscriptionState;
  /** What moves credits, in order: of each, grants, then clawbacks, then restores. */
  readonly movements: readonly Pick<SubscriptionEffects, 'grants' | 'clawbacks' | 'restores'>[];
  readonly payments: readonly { readonly payment: PaidInterval; readonly paymentIntentId: string | null }[];
  /** The events of the inbox that are done with this. */
  readonly eventIds: readonly string[];
  readonly at: Instant;
}

/**
 * Moves the credits that the machine says, each under its business key. The payments are written in the transaction of
 * the first movement and the subscription with the last, so that no credits stand without their money and no subscription
 * is active without its credits. Without movements all is written in one transaction. Safe to repeat.
 */
export async function carryOutSubscription(deps: ActivityDeps, work: CarryOutSubscription): Promise<void> {
  const before = work.payments.map((paid) => paymentRecordOf(work.state, paid));
  const after = [
    subscriptionRecord(work.state),
    ...work.eventIds.map((eventId) => processedEventRecord(eventId, work.at)),
  ];
  const commands = await commandsOf(deps, work);
  if (commands.length === 0) await writeRecords(deps.db, [...before, ...after]);
  for (const [index, command] of commands.entries()) {
    const records = [...(index === 0 ? before : []), ...(index === commands.length - 1 ? after : [])];
    await submit(deps, { ...command, records });
  }
  await callForDifferences(deps, work);
}

/** Whatever the subscription is at Stripe and stands for nothing here is looked at by a person, until it is no longer so. */
async function callForDifferences(deps: ActivityDeps, { state, at }: CarryOutSubscription): Promise<void> {
  const alarm = { kind: 'subscription_differs', subject: state.subscriptionId } as const;
  const differences = differencesOf(state);
  if (differences.length === 0) return silence(deps, alarm, at);
  const { customerId, subscriptionId } = state;
  const todo = differences.map((difference) => wordsOfDifference(state, difference)).join(' ');
  await ring(deps, { ...alarm, customerId, workflowId: subscriptionWorkflowId(subscriptionId), todo }, at);
}

async function commandsOf(
  deps: ActivityDeps,
  { state, movements }: CarryOutSubscription,
): Promise<readonly LedgerCommand[]> {
  if (movements.every(isEmpty)) return [];
  const catalog = await getCatalog(deps.db, state.catalogVersion);
  return movements.flatMap(({ grants, clawbacks, restores }) => [
    ...grants.map((effect) => grantCommand(state, effect, catalog)),
    ...clawbacks.map((effect) => clawbackCommand(state.customerId, effect)),
    ...restores.map((effect) => restoreCommand(state.customerId, effect)),
  ]);
}

function isEmpty({ grants, clawbacks, restores }: CarryOutSubscription['movements'][number]): boolean {
  return grants.length + clawbacks.length + restores.length === 0;
}

/**
 * A clawback finds less than it asks for when two payments covered one cycle and the other one's credits were granted:
 * nothing was given for this money, so nothing is taken back.
 */
const HARMLESS: readonly LedgerOutcome[] = ['applied', 'clawback_exceeds_granted', 'clawback_not_found'];

async function submit(deps: ActivityDeps, command: Command): Promise<void> {
  const { outcome, replayed } = await deps.ledger.submit(command);
  // The clawback took less than was asked for, because the grant had brought less: all of it is given back.
  if (command.op === 'clawback_undo' && command.credits !== null && outcome === 'clawback_exceeds_granted')
    return submit(deps, { ...command, key: `${command.key}:rest`, credits: null });
  if (!HARMLESS.includes(outcome)) throw new Error(`${command.key} cannot be carried out: ${outcome}`);
  if (outcome !== 'applied') deps.logger.warn({ key: command.key, outcome }, 'nothing was taken back');
  // A repeated or refused command writes no records, and these may be newer than those of the first time.
  if (replayed || outcome !== 'applied') await writeRecords(deps.db, command.records ?? []);
}

function grantCommand(state: SubscriptionState, effect: GrantEffect, catalog: Catalog): LedgerCommand {
  const { key, grant, credits, cost, paymentId, effectiveAt, expiresAt, upTo, period, plan } = effect;
  const name = catalog.plans.get(plan)?.name ?? planNameOf(state.planNames, plan);
  const isOnce = paymentId === null;
  return {
    op: 'grant',
    key,
    // Another plan may grant the same once for ever, with an allowance of the sign-up.
    fingerprint: isOnce ? ALLOWANCE_FINGERPRINT : fingerprintOf({ key, credits }),
    walletId: state.customerId,
    grantId: deriveId('grt', key),
    source: 'plan',
    credits,
    cost: cost.amountMinor === 0 ? null : cost,
    expiresAt: expiresAt ?? null,
    effectiveAt,
    ...(grant === undefined ? {} : { allowance: grant, upTo: upTo ?? null }),
    ...(isOnce ? {} : { paymentId, subscriptionId: state.subscriptionId }),
    reason: `${name}, ${isOnce ? 'once' : `${period.start.slice(0, 10)} to ${period.end.slice(0, 10)}`}`,
  };
}

/** The record of a payment of the subscription, with all that it entitles to. */
export function paymentRecordOf(
  state: SubscriptionState,
  { payment, paymentIntentId }: CarryOutSubscription['payments'][number],
): StoreRecord {
  const era = eraOf(payment, state.eras) ?? { number: 0, anchorAt: payment.start, granted: [] };
  return paymentRecord({
    id: payment.paymentId,
    customerId: state.customerId,
    subscriptionId: state.subscriptionId,
    orderId: null,
    plan: payment.plan,
    period: { start: payment.start, end: payment.end },
    credits: payment.creditsPerCycle * paidCycles(payment, era).length,
    paid: payment.paid,
    stripePaymentIntentId: paymentIntentId,
    paidAt: payment.paidAt,
  });
}
