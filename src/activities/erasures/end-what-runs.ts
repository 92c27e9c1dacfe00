import { WithStartWorkflowOperation } from '@temporalio/client';
import { awaitedOf, type Blocker } from '../../domain/erasures/erasure';
import type { Instant } from '../../domain/instants';
import { voidKey } from '../../domain/keys';
import { askTemporal } from '../../platform/ask-temporal';
import { fingerprintOf } from '../../platform/fingerprint';
import { deriveId } from '../../platform/ids';
import { addOnOrderRecord, getAddOnOrder } from '../../store/add-on-orders';
import { writeRecords } from '../../store/write-records';
import { paymentFactDelivery } from '../../workflows/payments/messages';
import {
  cancelUpdate,
  SUBSCRIPTION_WORKFLOW,
  subscriptionCommandStart,
} from '../../workflows/subscriptions/messages';
import { removeAutoTopUpUpdate, TOP_UP_WORKFLOW, topUpStart } from '../../workflows/top-ups/messages';
import type { ActivityDeps } from '../deps';
import { readBlockers } from './read-blockers';

/** How long one workflow is waited for; what it has not answered by then is asked again at the next look. */
const ANSWER_MS_MAX = 20_000;

interface Ending {
  readonly customerId: string;
  /** Of this look: a repeat of it asks the same again and gets the same answer. */
  readonly at: Instant;
}

/**
 * Has everything end that runs for a customer who is being erased, each by its own ordinary command, and answers what has not
 * ended yet. Nothing is cut off: running work is waited for, and whatever cannot end now is tried again at the next look.
 */
export async function endWhatRuns(deps: ActivityDeps, ending: Ending): Promise<readonly Blocker[]> {
  const blockers = awaitedOf(await readBlockers(deps.db, ending.customerId));
  for (const blocker of [...blockers].sort((one, other) => orderOf(one) - orderOf(other))) {
    try {
      await end(deps, blocker, ending);
    } catch (error) {
      // One that cannot end now must not keep the others from ending.
      deps.logger.warn(
        { err: error, ...blocker },
        'something of a customer who is being erased cannot end yet',
      );
    }
  }
  return blockers.length === 0 ? [] : awaitedOf(await readBlockers(deps.db, ending.customerId));
}

/** What buys goes first: then nothing is bought behind the back of the rest. */
function orderOf({ kind }: Blocker): number {
  return ['auto_top_up', 'subscription', 'add_on', 'hold', 'spend'].indexOf(kind);
}

async function end(deps: ActivityDeps, blocker: Blocker, ending: Ending): Promise<void> {
  switch (blocker.kind) {
    case 'auto_top_up':
      return removeTopUp(deps, ending);
    case 'subscription':
      return cancelSubscription(deps, blocker.id, ending);
    case 'add_on':
      return closeOrder(deps, blocker.id, ending);
    case 'hold':
      return voidHold(deps, blocker.id, ending);
    case 'spend':
    case 'paid_cycles':
      return undefined;
  }
}

/** It answers behind a purchase that is being made: when it has, there is none. */
async function removeTopUp({ temporal }: ActivityDeps, { customerId, at }: Ending): Promise<void> {
  const startWorkflowOperation = new WithStartWorkflowOperation(TOP_UP_WORKFLOW, topUpStart(customerId));
  const asked = { updateId: updateIdOf(customerId, at), startWorkflowOperation };
  await askTemporal(
    temporal,
    () => temporal.workflow.executeUpdateWithStart(removeAutoTopUpUpdate, asked),
    ANSWER_MS_MAX,
  );
}

async function cancelSubscription(
  { temporal, logger }: ActivityDeps,
  subscriptionId: string,
  { at }: Ending,
): Promise<void> {
  const startWorkflowOperation = new WithStartWorkflowOperation(
    SUBSCRIPTION_WORKFLOW,
    subscriptionCommandStart(subscriptionId),
  );
  const asked = { updateId: updateIdOf(subscriptionId, at), startWorkflowOperation };
  const answer = await askTemporal(
    temporal,
    () => temporal.workflow.executeUpdateWithStart(cancelUpdate, { ...asked, args: [{ when: 'now' }] }),
    ANSWER_MS_MAX,
  );
  if (answer.outcome === 'refused') {
    logger.warn({ subscriptionId, code: answer.code }, 'a subscription cannot be canceled yet');
  }
}

/**
 * Closes the page at which the order could be paid, and has its workflow look: one that was paid in that moment is granted. An
 * order without a page is a purchase that its top-up has left behind.
 */
async function closeOrder(deps: ActivityDeps, orderId: string, { customerId, at }: Ending): Promise<void> {
  const order = await getAddOnOrder(deps.db, orderId);
  if (order.stripeSessionId === null) {
    await removeTopUp(deps, { customerId, at });
    const { status } = await getAddOnOrder(deps.db, orderId);
    if (status === 'pending')
      await writeRecords(deps.db, [addOnOrderRecord({ ...order, status: 'canceled', updatedAt: at })]);
    return;
  }
  const objectId = order.stripeSessionId;
  await deps.payments.expireCheckoutSession(objectId);
  const fact = { eventId: `erasure:${orderId}`, objectType: 'checkout_session', objectId } as const;
  const [workflow, options] = paymentFactDelivery({ to: 'add_on', orderId, fact });
  await askTemporal(deps.temporal, () => deps.temporal.workflow.signalWithStart(workflow, options));
}

async function voidHold({ ledger }: ActivityDeps, holdId: string, { customerId, at }: Ending): Promise<void> {
  await ledger.submit({
    op: 'void',
    key: voidKey(deriveId('req', holdId, 'erasure')),
    fingerprint: fingerprintOf({ holdId }),
    walletId: customerId,
    effectiveAt: at,
    holdId,
    expired: false,
    reason: 'The customer is erased',
  });
}

function updateIdOf(id: string, at: Instant): string {
  return deriveId('req', id, 'erasure', at);
}
