import type { Instant } from '../../src/domain/instants';
import type { InvoiceFact } from '../../src/payments/payments';
import { createTestCustomer } from './customer';
import { createWorld, type World } from './world';

describe('contracts', () => {
  let world: World;
  let stripeSubscriptionId: string;

  beforeEach(async () => {
    world = await createWorld();
    const { customerId, stripeCustomerId } = await createTestCustomer(world);
    const contract = {
      contractId: 'ctr_1',
      name: 'Custom',
      price: { amountMinor: 60_000, currency: 'eur' },
      interval: 'month',
    } as const;
    const priceId = await world.payments.ensureContractPrice(contract);
    expect(await world.payments.ensureContractPrice(contract)).toBe(priceId);
    const input = {
      operationId: 'contract:ctr_1',
      customerId,
      stripeCustomerId,
      subscriptionId: 'sub_ours',
      priceId,
      daysUntilDue: 14,
    };
    const created = await world.payments.createInvoicedSubscription(input);
    expect(await world.payments.createInvoicedSubscription(input)).toEqual(created);
    expect(created).toMatchObject({
      status: 'active',
      subscriptionId: 'sub_ours',
      items: [{ priceId, quantity: 1, interval: 'month' }],
    });
    stripeSubscriptionId = created.stripeSubscriptionId;
  });
  afterEach(() => world.close());

  const invoices = async (): Promise<InvoiceFact[]> => {
    const { data } = await world.stripe.invoices.list({ subscription: stripeSubscriptionId, limit: 100 });
    return Promise.all(data.toReversed().map(({ id }) => world.payments.getInvoice(id)));
  };
  const status = async (): Promise<string> =>
    (await world.payments.getSubscription(stripeSubscriptionId)).status;

  it('send an invoice every month, an hour after it was drafted, and wait for the money', async () => {
    await world.advanceTo('2026-03-15T00:00:00.000Z' as Instant);
    expect((await invoices()).map(({ status, line }) => [status, line!.start])).toEqual([
      ['open', '2026-01-31T10:00:00.000Z'],
      ['open', '2026-02-28T10:00:00.000Z'],
    ]);
    expect(world.received.map(({ type }) => type)).toContain('invoice.overdue');
    expect(await status()).toBe('past_due');
  });

  it('are never ended for want of money', async () => {
    await world.advanceTo('2026-12-31T00:00:00.000Z' as Instant);
    expect(await invoices()).toHaveLength(11);
    expect(await status()).toBe('past_due');
  });

  it('take a payment that Stripe had no part in for the periods that it covers, drafts included', async () => {
    await world.advanceTo('2026-02-28T10:30:00.000Z' as Instant);
    const through = '2026-03-31T10:00:00.000Z' as Instant;
    const paid = await world.payments.payOutOfBand({ stripeSubscriptionId, through });
    expect(paid.map(({ status, line }) => [status, line!.end])).toEqual([
      ['paid', '2026-02-28T10:00:00.000Z'],
      ['paid', through],
    ]);
    expect(await world.payments.payOutOfBand({ stripeSubscriptionId, through })).toEqual([]);
    await world.advanceTo('2026-02-28T12:00:00.000Z' as Instant);
    expect(world.received.filter(({ type }) => type === 'invoice.paid')).toHaveLength(2);
    expect(await status()).toBe('active');
  });

  it('can be paid by card on the page of the invoice', async () => {
    await world.advanceTo('2026-01-31T11:00:00.000Z' as Instant);
    const [first] = await invoices();
    const { hosted_invoice_url: page } = await world.stripe.invoices.retrieve(first!.invoiceId);
    const body = new URLSearchParams({ number: '4242424242424242' });
    expect((await fetch(page!)).status).toBe(200);
    expect((await fetch(page!, { method: 'POST', body, redirect: 'manual' })).status).toBe(303);
    expect((await invoices())[0]).toMatchObject({
      status: 'paid',
      amountPaid: { amountMinor: 60_000, currency: 'eur' },
    });
  });
});
