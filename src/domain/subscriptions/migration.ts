import { currencyOf } from './currency';
import { accept, refuse, type Decision } from './decision';
import type { SubscriptionCommand } from './inputs';
import { planNamesOf } from './plan-names';
import type { PlanTerms } from './plan-terms';
import type { SubscriptionState } from './state';
import { statusOf } from './timeline';

/**
 * A new catalog version changes no subscription; an operator moves a subscription to it, from its next period on: the price
 * at Stripe changes without proration, and paid periods stay as they are. A contract keeps its own price and credits.
 */
export function decideMigration(
  state: SubscriptionState,
  command: Extract<SubscriptionCommand, { readonly type: 'migrate' }>,
): Decision {
  const { catalogVersion, graceMs, terms } = command;
  const { plan, interval, contract } = state;
  if (statusOf(state) === 'canceled') return refuse('state_conflict', 'The subscription has ended.');
  if (statusOf(state) === 'incomplete')
    return refuse('state_conflict', 'The subscription is not paid for yet.');
  if (catalogVersion === state.catalogVersion)
    return refuse('state_conflict', `The subscription is on ${catalogVersion} already.`);
  const target = terms.find((one) => one.plan === plan);
  if (target === undefined || (contract === null && target.price === null))
    return refuse('state_conflict', notSoldThere(state, target, catalogVersion));
  const planNames = planNamesOf(terms);
  const intent = { type: 'catalog', catalogVersion, planNames, graceMs, at: state.at } as const;
  if (contract !== null) return accept(state, { ...intent, credits: contract.credits });
  return accept(
    state,
    { ...intent, credits: target.credits },
    { type: 'change_price', plan, interval, ...currencyFrom(target), catalogVersion },
  );
}

function notSoldThere(
  state: SubscriptionState,
  target: PlanTerms | undefined,
  catalogVersion: string,
): string {
  const { plan, interval } = state;
  const where = `by the ${interval} in ${catalogVersion}`;
  const currencies = target?.currencies ?? [];
  return currencies.length === 0
    ? `The plan ${plan} is not sold ${where}.`
    : `The subscription is paid in ${String(currencyOf(state))}, and the plan ${plan} is sold ${where} in ${currencies.join(', ')} only.`;
}

function currencyFrom({ price }: PlanTerms): { readonly currency?: string } {
  return price === null ? {} : { currency: price.currency };
}
