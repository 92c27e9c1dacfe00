import type { Refused } from '../refusal';
import { currencyOf } from './currency';
import { accept, refuse, type Decision } from './decision';
import type { SubscriptionCommand } from './inputs';
import type { PlanTerms } from './plan-terms';
import type { SubscriptionState } from './state';
import { endsAt, isOnTrial, planOf, statusOf } from './timeline';

/**
 * A plan with a higher rank than the current one is an upgrade: a new period begins when its invoice is paid. Any other
 * plan is ordered for the next renewal, and so is every plan on a trial; ordering the current one takes back a pending change.
 * The old invoices are voided only after the upgrade is paid, so that a declined card changes nothing.
 */
export function decideChangePlan(
  state: SubscriptionState,
  command: Extract<SubscriptionCommand, { readonly type: 'change_plan' }>,
): Decision {
  const { interval, catalogVersion } = state;
  const { plan, terms } = command;
  const forbidden = findForbidden(state, command);
  if (forbidden !== undefined) return forbidden;
  const target = terms.find((one) => one.plan === plan);
  if (target === undefined) return refuse('not_sold', `Catalog ${catalogVersion} has no plan ${plan}.`);
  if (target.sold === 'default')
    return refuse(
      'invalid_request',
      `The plan ${plan} is what everybody has without a subscription: to go back to it, cancel.`,
    );
  if (target.byContract) return refuse('contract_required', `The plan ${plan} is sold by contract only.`);
  if (target.sold === 'no') return refuse('not_sold', `The plan ${plan} is not sold any more.`);
  if (target.price === null) return refuseUnpriced(state, target);
  const { currency } = target.price;
  const current = terms.find((one) => one.plan === planOf(state));
  const intent = { type: 'order', plan, credits: target.credits, at: state.at } as const;
  // A trial goes on as it is, and the plan that it ends with is the one that is paid then.
  if (current === undefined || target.rank <= current.rank || isOnTrial(state))
    return accept(state, intent, { type: 'change_price', plan, interval, currency, catalogVersion });
  if (state.stripeSubscriptionId === null || state.collection === 'invoice')
    return refuse('state_conflict', 'An upgrade is charged at once, and there is no card to charge.');
  return accept(
    state,
    intent,
    { type: 'upgrade', plan, interval, currency, catalogVersion },
    { type: 'void_open_invoices' },
  );
}

/** What no plan can be changed in, whatever the plan is changed to; undefined when it can. */
function findForbidden(
  state: SubscriptionState,
  { plan }: Extract<SubscriptionCommand, { readonly type: 'change_plan' }>,
): Refused | undefined {
  const status = statusOf(state);
  const end = endsAt(state);
  if (status !== 'active' && status !== 'past_due')
    return refuse('state_conflict', `The plan of a subscription that is ${status} cannot be changed.`);
  if (state.contract !== null) return refuse('state_conflict', 'A contract is changed by a new contract.');
  if (end !== null) return refuse('state_conflict', `It ends on ${end}; resume it first.`);
  if (plan === state.plan) return refuse('state_conflict', `The plan is ${plan} already.`);
  return undefined;
}

/** A subscription keeps its currency, so that a plan without a price in it is not to be had by a change. */
function refuseUnpriced(state: SubscriptionState, { plan, currencies = [] }: PlanTerms): Decision {
  if (currencies.length === 0)
    return refuse('not_sold', `The plan ${plan} is not sold by the ${state.interval}.`);
  const currency = String(currencyOf(state));
  return refuse(
    'state_conflict',
    `The subscription is paid in ${currency}, and the plan ${plan} is sold in ${currencies.join(', ')} only.`,
  );
}
