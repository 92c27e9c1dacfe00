import { patched, proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import {
  step,
  type SubscriptionCommand,
  type SubscriptionFact,
} from '../../domain/subscriptions/subscription';
import { now } from '../now';
import type { OpenedShell } from './subscription-shell';

const { claimActivation } = proxyLocalActivities<Activities>({
  summary: 'Makes sure that the customer has no other subscription',
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
});

type Reading = Awaited<ReturnType<Activities['readSubscriptionNews']>>[number];
type Untimed<Step> = Step extends unknown ? Omit<Step, 'at'> : never;

/** The readings that are kept, and the inputs to take in with them. */
export interface Admitted {
  readonly readings: readonly Reading[];
  readonly inputs: readonly Untimed<SubscriptionFact>[];
}

/**
 * The last check before a subscription becomes live: its first payment is taken in only if its customer has no other
 * subscription. Otherwise none of the readings is taken in, now or later, and the subscription is marked as a duplicate.
 */
export async function admitMoney(shell: OpenedShell, readings: readonly Reading[]): Promise<Admitted> {
  if (shell.state.duplicate !== undefined) return { readings: readings.map(withoutStep), inputs: [] };
  const first = readings.map((reading) => reading.step).find(isMoney);
  if (first === undefined || shell.state.eras.length > 0) return { readings, inputs: [] };
  const of = await findOther(shell);
  if (of === null) return { readings, inputs: [] };
  const duplicate = { of, since: now(), money: null };
  const { stripeSubscriptionId } = first;
  return {
    readings: readings.map(withoutStep),
    inputs: [{ type: 'duplicate', duplicate, stripeSubscriptionId }],
  };
}

/** The customer's other subscription, because of which a recorded payment cannot begin this one; null when there is none. */
export async function findForbidding(
  shell: OpenedShell,
  command: Untimed<SubscriptionCommand>,
): Promise<string | null> {
  if (command.type !== 'record_payment' || shell.state.eras.length > 0) return null;
  // What would be refused anyway claims nothing.
  const { answer } = step(shell.state, { ...command, at: now() }).effects;
  return answer?.outcome === 'refused' ? null : findOther(shell);
}

async function findOther({ state }: OpenedShell): Promise<string | null> {
  if (!patched('one-subscription')) return null;
  const { customerId, subscriptionId, revision } = state;
  return claimActivation({ customerId, subscriptionId, revision });
}

type Money = Extract<NonNullable<Reading['step']>, { readonly type: 'paid' | 'withdrawal' }>;

function isMoney(input: Reading['step']): input is Money {
  return input?.type === 'paid' || input?.type === 'withdrawal';
}

function withoutStep(reading: Reading): Reading {
  return { ...reading, step: null };
}
