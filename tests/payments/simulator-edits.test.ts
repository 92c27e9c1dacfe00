import type { Instant } from '../../src/domain/instants';
import { createTestCustomer, openAddOnCheckout } from './customer';
import { createTestSubscription } from './subscription';
import { createWorld, postCard, type World } from './world';

describe('what a person edits in the dashboard', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.close());

  it('of a customer: the phone and the address, which its invoices carry', async () => {
    const { stripeCustomerId: customer } = await createTestCustomer(world);
    const address = { line1: '1 Road', city: 'Oslo', country: 'NO', postal_code: '0150' };
    const updated = await world.stripe.customers.update(customer, { phone: '+47', address });
    expect(updated).toMatchObject({ phone: '+47', address: { ...address, line2: null, state: null } });
    expect(await world.stripe.invoices.create({ customer })).toMatchObject({ customer_address: address });
    expect((await world.stripe.customers.update(customer, { address: '' })).address).toBeNull();
  });

  it('of an invoice: a draft as a whole, and of a final one only what is not on it', async () => {
    const { stripeCustomerId: customer } = await createTestCustomer(world);
    const { invoices } = world.stripe;
    const { id } = await invoices.create({
      customer,
      collection_method: 'send_invoice',
      days_until_due: 5,
      auto_advance: true,
    });
    const edited = await invoices.update(id, {
      auto_advance: false,
      description: 'For March',
      days_until_due: 30,
    });
    expect(edited).toMatchObject({ auto_advance: false, description: 'For March' });
    expect(edited.due_date! - edited.created).toBe(30 * 86_400);
    await world.advanceTo('2026-02-01T10:00:00.000Z' as Instant);
    expect((await invoices.retrieve(id)).status).toBe('draft');
    await invoices.finalizeInvoice(id);
    await expect(invoices.update(id, { description: 'Other' })).rejects.toMatchObject({
      code: 'invoice_not_editable',
    });
    expect((await invoices.update(id, { metadata: { seen: 'yes' } })).metadata).toEqual({ seen: 'yes' });
  });

  it('of a session and of an intent: the metadata', async () => {
    const { url, sessionId } = await openAddOnCheckout(world, await createTestCustomer(world));
    await postCard(url, { number: '4242424242424242' });
    const { checkout, paymentIntents } = world.stripe;
    const session = await checkout.sessions.update(sessionId, { metadata: { seen: 'yes' } });
    expect(session.metadata).toMatchObject({ seen: 'yes' });
    const intent = await paymentIntents.update(session.payment_intent as string, {
      metadata: { seen: 'no' },
    });
    expect(intent.metadata).toMatchObject({ seen: 'no' });
  });

  it('of a subscription: how it is collected, and why it ended, even when it has', async () => {
    const { stripeSubscriptionId: id } = await createTestSubscription(world);
    const { subscriptions, invoices } = world.stripe;
    const sends = subscriptions.update(id, { collection_method: 'send_invoice' });
    await expect(sends).rejects.toMatchObject({ param: 'days_until_due' });
    await subscriptions.update(id, { collection_method: 'send_invoice', days_until_due: 7 });
    await world.advanceTo('2026-02-28T11:00:00.000Z' as Instant);
    const [renewal] = (await invoices.list({ subscription: id })).data;
    expect(renewal).toMatchObject({ status: 'open', collection_method: 'send_invoice' });
    await subscriptions.cancel(id);
    const ended = await subscriptions.update(id, {
      cancellation_details: { comment: 'too slow' },
      metadata: { seen: 'yes' },
    });
    expect(ended).toMatchObject({ status: 'canceled', cancellation_details: { comment: 'too slow' } });
    await expect(subscriptions.update(id, { description: 'no' })).rejects.toMatchObject({ statusCode: 400 });
  });

  it('of a period that moves, the end at which it was to be canceled moves too', async () => {
    const { stripeSubscriptionId: id } = await createTestSubscription(world);
    await world.stripe.subscriptions.update(id, { cancel_at_period_end: true });
    await world.advanceTo('2026-02-10T00:00:00.000Z' as Instant);
    const moved = await world.stripe.subscriptions.update(id, {
      billing_cycle_anchor: { type: 'now' },
      proration_behavior: 'none',
    });
    expect(moved.cancel_at).toBe(Date.parse('2026-03-10T00:00:00.000Z') / 1000);
    await world.advanceTo('2026-03-11T00:00:00.000Z' as Instant);
    expect((await world.stripe.subscriptions.retrieve(id)).status).toBe('canceled');
  });
});
