import { addOnWorkflowId } from '../../../src/workflows/messages';
import { statusOf, subscribe } from '../props';
import type { Stage } from '../stage';
import type { Trouble } from '../trouble';

export const orderUnseen: Trouble = {
  name: 'order-unseen',
  row: 'An order waits for its payment',
  story:
    'A pack was paid for at the checkout, and the webhook that tells of it was lost: the order is still pending.',
  async make(stage) {
    const customerId = await stage.newCustomer();
    await subscribe(stage, customerId);
    const order = await stage.call('POST', '/v1/add-ons', { customerId, quantity: 1 });
    const id = String(order['id']);
    const checkoutUrl = String(order['checkoutUrl']);
    await stage.withoutWebhooks(() => stage.pay(checkoutUrl));
    return {
      ids: [id, customerId, await sessionOf(stage, id)],
      workflowId: addOnWorkflowId(id),
      isMended: async () => (await statusOf(stage, `/v1/add-ons/${id}`)) === 'paid',
    };
  },
};

/** The order's checkout, as it is found in Stripe's dashboard. */
async function sessionOf({ stripe }: Stage, orderId: string): Promise<string> {
  for await (const session of stripe.checkout.sessions.list({ limit: 100 })) {
    if (session.metadata?.['scrip_order'] === orderId) return session.id;
  }
  throw new Error(`${orderId} has no checkout at Stripe`);
}
