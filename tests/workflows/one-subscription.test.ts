import type { PlanId } from '../../src/domain/catalog/catalog';
import { openSubscription } from '../../src/activities/subscriptions/open-subscription';
import { newId } from '../../src/platform/ids';
import { registerOpening, replaceEarlierOpenings } from '../../src/store/subscription-openings';
import { findSubscription, getSubscription, type Subscription } from '../../src/store/subscriptions';
import { replaceUpdate } from '../../src/workflows/subscriptions/messages';
import { deliverToInbox } from './inbox';
import { payAt, stripeOf } from './stripe';
import { openStripeHouse, until, type StripeHouse } from './stripe-house';
import { command, journalOf, open, openContract } from './subscriptions';

describe('of the openings of one customer', () => {
  let house: StripeHouse;

  beforeAll(async () => {
    house = await openStripeHouse();
  });

  afterAll(async () => {
    await house.stop();
  });

  const statusOf = async ({ id }: Pick<Subscription, 'id'>) => (await getSubscription(house.db, id)).status;
  const openingOf = (customerId: string, plan: PlanId = 'standard') =>
    ({
      subscriptionId: newId('sub'),
      customerId,
      plan,
      interval: 'month',
      collection: 'checkout',
      catalogVersion: house.catalog.version,
      successUrl: null,
      cancelUrl: null,
    }) as const;
  const register = async (customerId: string) => {
    const opening = openingOf(customerId);
    const at = await house.deps.clock.now();
    await registerOpening(house.db, { ...opening, byPortal: false, at });
    return { opening, at };
  };

  it('the last ends every earlier one that is not paid, by invoice and by checkout', async () => {
    const customerId = await house.newCustomer(1);
    const invoiced = await open(house, customerId, { collection: 'invoice' });
    const dearer = await open(house, customerId, { plan: 'pro', collection: 'invoice' });
    expect(await statusOf(invoiced)).toBe('canceled');
    const contract = await openContract(house, customerId, 12);
    const page = await open(house, customerId);
    expect(await Promise.all([invoiced, dearer, contract, page].map(statusOf))).toEqual([
      'canceled',
      'canceled',
      'canceled',
      'incomplete',
    ]);
    for (const { stripeSubscriptionId } of [invoiced, dearer, contract]) {
      const stripe = stripeOf(house.stripeUrl);
      expect(await stripe.subscriptions.retrieve(stripeSubscriptionId!)).toMatchObject({
        status: 'canceled',
      });
      const { data } = await stripe.invoices.list({ subscription: stripeSubscriptionId! });
      expect(data.map(({ status }) => status)).toEqual(['void']);
    }
    const last = await open(house, customerId, { collection: 'invoice' });
    await payAt(page.checkoutUrl);
    await deliverToInbox(house);
    expect(await Promise.all([page, last].map(statusOf))).toEqual(['canceled', 'incomplete']);
    expect(await journalOf(house, customerId)).toEqual(['grant 1']);
  });

  it('the later is refused when an earlier invoice is paid and nobody has heard of it yet', async () => {
    const customerId = await house.newCustomer(1);
    const invoiced = await open(house, customerId, { collection: 'invoice' });
    const stripe = stripeOf(house.stripeUrl);
    const [draft] = (await stripe.invoices.list({ subscription: invoiced.stripeSubscriptionId! })).data;
    await stripe.invoices.finalizeInvoice(draft!.id);
    await stripe.invoices.pay(draft!.id, { payment_method: 'pm_card_visa' });
    await expect(open(house, customerId)).rejects.toThrow(
      `has just paid for the subscription ${invoiced.id}`,
    );
    await until(async () => (await statusOf(invoiced)) === 'active');
    await expect(open(house, customerId)).rejects.toThrow('change its plan instead');
    expect(await journalOf(house, customerId)).toEqual(['grant 1', 'grant 500']);
  });

  it('one is left when many begin at once, and its page alone can be paid', async () => {
    const customerId = await house.newCustomer(1);
    const ways = ['checkout', 'invoice', 'checkout', 'invoice', 'checkout', 'checkout'] as const;
    const answers = await Promise.allSettled(
      ways.map((collection) => open(house, customerId, { collection })),
    );
    const opened = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    for (const { status, reason } of answers.map((answer) => ({ reason: undefined, ...answer }))) {
      if (status === 'rejected') expect(String(reason)).toContain('started another subscription since');
    }
    const rows = house.db<{ id: string; customer_id: string; status: string }>('app.subscriptions');
    expect(await rows.where({ customer_id: customerId, status: 'incomplete' })).toHaveLength(1);
    for (const { checkoutUrl } of opened) if (checkoutUrl !== null) await payAt(checkoutUrl);
    await deliverToInbox(house);
    const stripe = stripeOf(house.stripeUrl);
    const { stripe_customer_id: customer } = (await house
      .db<{ id: string; stripe_customer_id: string }>('app.customers')
      .where({ id: customerId })
      .first())!;
    const live = (await stripe.subscriptions.list({ customer, status: 'all' })).data.filter(
      ({ status }) => status !== 'canceled',
    );
    expect(live).toHaveLength(1);
  });

  it('one that was replaced before it was recorded leaves nothing behind', async () => {
    const customerId = await house.newCustomer(1);
    const { opening, at } = await register(customerId);
    const later = await register(customerId);
    expect(await replaceEarlierOpenings(house.db, later.opening)).toEqual([]);
    const { answer } = await openSubscription(house.deps, { opening, at });
    expect(answer).toMatchObject({ outcome: 'refused', code: 'state_conflict' });
    expect(await findSubscription(house.db, opening.subscriptionId)).toBeUndefined();
    expect((await openSubscription(house.deps, later)).answer).toEqual({ outcome: 'opened' });
    expect(await openSubscription(house.deps, later)).toMatchObject({ state: { revision: 1 } });
  });

  it('a replacement is answered the same however often it comes', async () => {
    const customerId = await house.newCustomer(1);
    const { id } = await open(house, customerId);
    const give = () => command(house, id, replaceUpdate, { id: newId('req'), args: [{ by: 'sub_later' }] });
    expect(await Promise.all([give(), give()])).toEqual([{ outcome: 'done' }, { outcome: 'done' }]);
    expect(await give()).toEqual({ outcome: 'done' });
    expect(await statusOf({ id })).toBe('canceled');
  });
});
