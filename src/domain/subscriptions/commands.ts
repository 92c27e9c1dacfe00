import { decideChangePlan } from './change-plan';
import { accept, refuse, type Decision } from './decision';
import type { SubscriptionCommand } from './inputs';
import { decideMigration } from './migration';
import { decideRecordedPayment } from './recorded-payment';
import type { SubscriptionState } from './state';
import { coveredThroughOf, endsAt, isOnTrial, statusOf } from './timeline';

/**
 * Decides a command in the given state; changes nothing. Refusals: `state_conflict` when the state does not allow it,
 * `contract_required` for a plan that is sold by contract only, `invalid_request` for what no state would allow.
 */
export function decide(state: SubscriptionState, command: SubscriptionCommand): Decision {
  switch (command.type) {
    case 'change_plan':
      return decideChangePlan(state, command);
    case 'cancel':
      return decideCancel(state, command.when);
    case 'resume':
      return decideResume(state);
    case 'pause':
      return decidePause(state);
    case 'record_payment':
      return decideRecordedPayment(state, command);
    case 'migrate':
      return decideMigration(state, command);
  }
}

/** At the period's end; at once when nothing is paid for now, or on request. Credits stay. */
function decideCancel(state: SubscriptionState, when: 'period_end' | 'now'): Decision {
  const status = statusOf(state);
  if (status === 'canceled') return refuse('state_conflict', 'The subscription has ended already.');
  if (status === 'incomplete') return abandon(state);
  const through = coveredThroughOf(state);
  const end = endsAt(state);
  if (when === 'now' || through === null || through <= state.at) {
    return accept(
      state,
      { type: 'end', at: state.at },
      { type: 'void_open_invoices' },
      { type: 'cancel_now' },
    );
  }
  const cancelAt = end !== null && end < through ? end : through;
  return accept(state, { type: 'end', at: cancelAt }, { type: 'schedule_cancel', cancelAt });
}

/** Nothing was paid: closing the checkout is enough. If it is paid all the same, it is fulfilled. */
function abandon(state: SubscriptionState): Decision {
  if (state.checkout === null)
    return accept(state, { type: 'abandon' }, { type: 'void_open_invoices' }, { type: 'cancel_now' });
  const requests = [{ type: 'expire_checkout', sessionId: state.checkout.sessionId }] as const;
  return { outcome: 'accepted', intent: { type: 'abandon' }, requests };
}

/**
 * A pause that outlasts the paid time ends with a new period, paid now. A shorter one just ends, and so does that of a
 * subscription that is paid by invoice: its next period is invoiced as usual.
 */
function decideResume(state: SubscriptionState): Decision {
  const status = statusOf(state);
  const undo = state.cancelAt === null ? [] : [{ type: 'unschedule_cancel' } as const];
  if (status === 'paused') {
    const through = coveredThroughOf(state);
    const isCovered = through !== null && state.at < through;
    const anchor = isCovered || state.collection === 'invoice' ? 'unchanged' : 'now';
    return accept(state, { type: 'resume' }, ...undo, { type: 'resume', anchor });
  }
  if (status === 'canceled')
    return refuse('state_conflict', 'The subscription has ended; a new one is needed.');
  if (undo.length === 0)
    return refuse('state_conflict', 'Nothing is scheduled or paused that could be resumed.');
  return accept(state, { type: 'resume' }, ...undo);
}

function decidePause(state: SubscriptionState): Decision {
  const status = statusOf(state);
  if (status !== 'active' && status !== 'past_due')
    return refuse('state_conflict', `A subscription that is ${status} cannot be paused.`);
  if (state.contract !== null) return refuse('state_conflict', 'A contract is not paused.');
  if (isOnTrial(state))
    return refuse('state_conflict', 'A trial is not paused: it costs nothing, and it can be canceled.');
  if (state.cancelAt !== null)
    return refuse('state_conflict', `It ends on ${state.cancelAt}; resume it first.`);
  return accept(state, { type: 'pause', at: state.at }, { type: 'void_open_invoices' }, { type: 'pause' });
}
