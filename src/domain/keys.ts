/*
 * The business keys and ids that are made of other ids: one home for each, so that nothing is spelled twice.
 */

/** The id of the workflow of a spend. */
export const spendWorkflowId = (spendId: string): string => `spend/${spendId}`;

/** The id of a subscription's workflow. */
export const subscriptionWorkflowId = (subscriptionId: string): string => `subscription/${subscriptionId}`;

/** The id of the workflow of an order of packs. */
export const addOnWorkflowId = (orderId: string): string => `add-on/${orderId}`;

/** The id of a customer's automatic top-up. */
export const topUpWorkflowId = (customerId: string): string => `top-up/${customerId}`;

/** The id of a customer's erasure. */
export const erasureWorkflowId = (customerId: string): string => `erasure/${customerId}`;

const WORKFLOW_ID_OF: Readonly<Record<string, (id: string) => string>> = {
  spd: spendWorkflowId,
  sub: subscriptionWorkflowId,
  ord: addOnWorkflowId,
};

/** The workflow of a spend, a subscription or an order by its id; undefined for everything else. */
export function workflowIdOf(id: string): string | undefined {
  const [prefix = ''] = id.split('_', 1);
  return Object.hasOwn(WORKFLOW_ID_OF, prefix) ? WORKFLOW_ID_OF[prefix]?.(id) : undefined;
}
