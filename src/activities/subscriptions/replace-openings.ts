import { WithStartWorkflowOperation } from '@temporalio/client';
import { DomainError } from '../../domain/errors';
import { askTemporal } from '../../platform/ask-temporal';
import { replaceEarlierOpenings } from '../../store/subscription-openings';
import type { CommandAnswer } from '../../workflows/messages';
import {
  replaceUpdate,
  SUBSCRIPTION_WORKFLOW,
  subscriptionCommandStart,
  type OpenSubscription,
} from '../../workflows/subscriptions/messages';
import type { ActivityDeps } from '../deps';

/** How long one attempt waits for another subscription: it keeps a place among the activities that the other may need. */
const ANSWER_MS_MAX = 10_000;

/**
 * Ends what the customer began to open earlier and has not paid for, by whatever collection: whoever left a checkout and began
 * anew would else be charged for both, every month. Throws `state_conflict` when one of them is paid, or being paid, with its
 * id, and `unavailable` while one has not answered. Idempotent.
 */
export async function replaceOpenings(
  deps: Pick<ActivityDeps, 'db' | 'temporal'>,
  opening: Pick<OpenSubscription, 'subscriptionId' | 'customerId'>,
): Promise<void> {
  for (const { id, status } of await replaceEarlierOpenings(deps.db, opening)) {
    const answer = status === 'incomplete' ? await replace(deps, id, opening.subscriptionId) : 'paid';
    if (answer === 'paid') throw paidFor(id);
  }
}

/** Asks the other subscription's own workflow, which alone says what becomes of it. */
async function replace(
  { temporal }: Pick<ActivityDeps, 'temporal'>,
  subscriptionId: string,
  by: string,
): Promise<'ended' | 'paid'> {
  const startWorkflowOperation = new WithStartWorkflowOperation(
    SUBSCRIPTION_WORKFLOW,
    subscriptionCommandStart(subscriptionId),
  );
  const ask = (): Promise<CommandAnswer> =>
    temporal.workflow.executeUpdateWithStart(replaceUpdate, {
      updateId: `replaced:${by}`,
      startWorkflowOperation,
      args: [{ by }],
    });
  const answer = await askTemporal(temporal, ask, ANSWER_MS_MAX);
  if (answer.outcome === 'done' || answer.code === 'not_found') return 'ended';
  if (answer.code === 'state_conflict') return 'paid';
  throw new DomainError('unavailable', `${subscriptionId} does not give way: ${answer.message}`);
}

function paidFor(subscriptionId: string): DomainError {
  return new DomainError(
    'state_conflict',
    `The customer has just paid for the subscription ${subscriptionId}: change its plan instead.`,
    { subscriptionId },
  );
}
