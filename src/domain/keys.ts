import type { Instant } from './instants';

/*
 * The business keys and workflow ids that are made of other ids: one home for each, so that nothing is spelled twice. The
 * ledger and recorded histories hold these very strings: one that was ever written never changes.
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

/** The ledger's key of the hold of a spend, or of a hold of its own. What was refused is recorded under it too. */
export const holdKey = (id: string): string => `${id}/hold`;

/** The key that makes the licence to an image one that a customer holds once: the `exclusive` of its hold. */
export const licenseKey = (imageId: string): string => `license:${imageId}`;

/** The ledger's key of the settlement of a spend. */
export const settleKey = (spendId: string): string => `${spendId}/settle`;

/** The ledger's key of capturing a hold at somebody's request. */
export const captureKey = (requestId: string): string => `capture:${requestId}`;

/** The ledger's key of voiding a hold at somebody's request. */
export const voidKey = (requestId: string): string => `void:${requestId}`;

/** The ledger's key of the sign-up credits of a customer. */
export const signupKey = (customerId: string): string => `signup:${customerId}`;

/** The ledger's key of a grant by the day or the week: `day` is the first one. */
export const allowanceKey = (customerId: string, grantId: string, day: string): string =>
  `grant:${customerId}:${grantId}:${day}`;

/** The ledger's key of what a customer is granted once for ever, by the catalog's id of the grant. */
export const onceKey = (customerId: string, grantId: string): string => `once:${customerId}:${grantId}`;

/** The ledger's key of the opening grant of an imported subscriber. */
export const migrationKey = (customerId: string): string => `migration:${customerId}`;

/** The ledger's key of the grant of one cycle. The period tells cycles of one era apart. */
export const cycleKey = (subscriptionId: string, era: number, start: Instant): string =>
  `cycle:${subscriptionId}:${String(era)}:${start}`;

/** The ledger's key of the grant of an order of packs. */
export const addOnKey = (orderId: string): string => `add_on:${orderId}`;

/** The ledger's key of an operator's adjustment, whether it gives or takes. */
export const adjustmentKey = (adjustmentId: string): string => `adjustment:${adjustmentId}`;

/** The ledger's key of an operator's refund. */
export const refundKey = (refundId: string): string => `refund:${refundId}`;

/** The ledger's key of a clawback. */
export const clawbackKey = (clawbackId: string): string => `clawback:${clawbackId}`;

/** The ledger's key of giving a clawback back; a clawback can be given back in parts, which are counted from it. */
export const clawbackUndoKey = (clawbackId: string): string => `clawback_undo:${clawbackId}`;

/** The idempotency key, at Stripe, of the checkout page of a subscription or an order. */
export const checkoutOperationId = (id: string): string => `checkout:${id}`;
