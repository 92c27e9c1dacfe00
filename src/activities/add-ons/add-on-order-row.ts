import type { Instant } from '../../domain/instants';
import type { AddOnOrder, AddOnOrderRow } from '../../store/add-on-orders';

/** The row of an order with another status. */
export function addOnOrderRowOf(
  order: AddOnOrder,
  status: AddOnOrder['status'],
  updatedAt: Instant,
): AddOnOrderRow {
  return {
    id: order.id,
    customer_id: order.customerId,
    status,
    pack: order.pack,
    quantity: order.quantity,
    credits: order.credits,
    catalog_version: order.catalogVersion,
    checkout_url: status === 'pending' ? order.checkoutUrl : null,
    stripe_session_id: order.stripeSessionId,
    created_at: order.createdAt,
    updated_at: updatedAt,
  };
}
