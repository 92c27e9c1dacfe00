import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { viewOf, type SubscriptionState } from '../domain/subscription';
import { SEARCH_ATTRIBUTES } from './messages';

/** Keeps the operator's card and the search attributes true. An attribute costs an event, so only changes are sent. */
export function showSubscription(state: SubscriptionState): void {
  const { status, plan, nextGrant, paidThrough, currentPeriod, cycle } = viewOf(state);
  const lines = [
    `**${plan}** by the ${state.interval} for ${state.customerId}: **${status}**`,
    currentPeriod === null || cycle === null
      ? 'Waits for its first payment.'
      : `Cycle ${cycle}, ${currentPeriod.start} to ${currentPeriod.end}.`,
    `Paid through ${paidThrough ?? 'nothing yet'}.`,
    nextGrant === null ? 'No grant to come.' : `Next grant: ${nextGrant.credits} credits at ${nextGrant.at}.`,
  ];
  setCurrentDetails(lines.join('\n\n'));

  const shown = workflowInfo().typedSearchAttributes;
  const at = nextGrant === null ? undefined : new Date(nextGrant.at);
  const isCurrent =
    shown.get(SEARCH_ATTRIBUTES.customer) === state.customerId &&
    shown.get(SEARCH_ATTRIBUTES.plan) === plan &&
    shown.get(SEARCH_ATTRIBUTES.subscriptionStatus) === status &&
    shown.get(SEARCH_ATTRIBUTES.nextGrant)?.getTime() === at?.getTime();
  if (isCurrent) return;
  upsertSearchAttributes([
    { key: SEARCH_ATTRIBUTES.customer, value: state.customerId },
    { key: SEARCH_ATTRIBUTES.plan, value: plan },
    { key: SEARCH_ATTRIBUTES.subscriptionStatus, value: status },
    { key: SEARCH_ATTRIBUTES.nextGrant, value: at ?? null },
  ]);
}
