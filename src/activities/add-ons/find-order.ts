import { findAddOnOrder } from '../../store/add-on-orders';
import type { ActivityDeps } from '../deps';
import type { OpenOrder } from './open-add-on';

/** An order from its row, to take it up again; null when there is none. */
export async function findOrder(deps: ActivityDeps, orderId: string): Promise<OpenOrder | null> {
  const order = await findAddOnOrder(deps.db, orderId);
  if (order === undefined) return null;
  return { orderId, customerId: order.customerId, sessionId: order.stripeSessionId, expiresAt: null };
}
