import { randomUUID } from 'node:crypto';
import { subscriptionWorkflowId } from '../../../src/domain/keys';
import { newId } from '../../../src/platform/ids';
import { isRinging, openSubscription, stripeCustomerOf } from '../props';
import type { Trouble } from '../trouble';

export const eventNowhere: Trouble = {
  name: 'event-nowhere',
  row: 'An event cannot be processed',
  story:
    'Stripe tells of a checkout that names a subscription which is not here, as after a restore of an old backup.',
  async make(stage) {
    const customerId = await stage.newCustomer();
    await openSubscription(stage, customerId);
    const customer = await stripeCustomerOf(stage, customerId);
    const [session] = (await stage.stripe.checkout.sessions.list({ customer })).data;
    if (session === undefined) throw new Error(`${customerId} has no checkout at Stripe`);
    const id = `evt_${randomUUID().replaceAll('-', '')}`;
    const subscriptionId = newId('sub');
    const metadata = { scrip_subscription: subscriptionId };
    await stage.sendEvent({
      id,
      object: 'event',
      type: 'checkout.session.completed',
      created: session.created,
      data: { object: { ...session, metadata } },
    });
    await stage.until(`an alarm rings for ${id}`, () => isRinging(stage, id));
    return {
      ids: [id, subscriptionId, customerId],
      workflowId: subscriptionWorkflowId(subscriptionId),
      isMended: async () => !(await isRinging(stage, id)),
    };
  },
};
