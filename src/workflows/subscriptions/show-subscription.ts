import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { viewOf } from '../../domain/subscriptions/subscription';
import { SEARCH_ATTRIBUTES } from '../messages';
import { subscriptionCard } from './subscription-card';
import { nextLookAt } from './subscription-look';
import type { OpenedShell } from './subscription-shell';

/** Updates the operator's card, which adds nothing to the history. */
export function showCard(shell: OpenedShell): void {
  setCurrentDetails(subscriptionCard(shell.state, nextLookAt(shell), shell.cancelRequest));
}

/** Updates the operator's card and the search attributes. An attribute adds an event to the history, so only changes are sent. */
export function showSubscription(shell: OpenedShell): void {
  const { state } = shell;
  const { status, plan, nextGrant } = viewOf(state);
  showCard(shell);

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
