import { getCustomerPlan } from '../../../store/customer-plan';
import type { Customer } from '../../../store/customers';
import { findIncompleteSubscription } from '../../../store/subscriptions';
import type { ApiDeps } from '../../deps';
import { customerView } from './customer-view';

/**
 * A customer as the API shows them: with the plan whose rights apply now, and the subscription that has not ended: the live
 * one, else the latest one that waits for its first payment. Ended ones can be read by their own ids.
 */
export async function showCustomer(
  deps: Pick<ApiDeps, 'db' | 'clock'>,
  customer: Customer,
): Promise<ReturnType<typeof customerView>> {
  const { plan, subscription: live } = await getCustomerPlan(deps.db, customer.id, await deps.clock.now());
  return customerView(customer, plan, live ?? (await findIncompleteSubscription(deps.db, customer.id)));
}
