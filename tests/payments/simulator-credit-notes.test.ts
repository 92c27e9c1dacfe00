import type { Instant } from '../../src/domain/instants';
import { changeCard, createTestSubscription, type TestSubscription } from './subscription';
import { createWorld, type World } from './world';

describe('a credit note', () => {
  let world: World;
  let subscription: TestSubscription;
  beforeEach(async () => {
    world = await createWorld();
    subscription = await createTestSubscription(world);
  });
  afterEach(() => world.close());

  const paidInvoice = () => world.stripe.invoices.retrieve(subscription.session.latestInvoiceId!);
  const openInvoice = async () => {
    await changeCard(world, subscription, 'pm_card_chargeCustomerFail');
    await world.advanceTo('2026-02-28T11:00:00.000Z' as Instant);
    return (await world.stripe.invoices.list({ status: 'open' })).data[0]!;
  };
  const balance = async () => {
    const found = await world.stripe.customers.retrieve(subscription.stripeCustomerId);
    return found.deleted === true ? undefined : found.balance;
  };

  it('of a paid invoice gives money back by a refund, to the balance, and out of band', async () => {
    const invoice = await paidInvoice();
    const note = await world.stripe.creditNotes.create({
      invoice: invoice.id,
      lines: [{ type: 'invoice_line_item', invoice_line_item: invoice.lines.data[0]!.id, amount: 3000 }],
      refund_amount: 1000,
      credit_amount: 1500,
      out_of_band_amount: 500,
      reason: 'order_change',
    });
    expect(note).toMatchObject({
      amount: 3000,
      type: 'post_payment',
      status: 'issued',
      post_payment_amount: 3000,
      pre_payment_amount: 0,
      out_of_band_amount: 500,
      refunds: [{ amount_refunded: 1000 }],
      lines: { data: [{ amount: 3000, invoice_line_item: invoice.lines.data[0]!.id }] },
    });
    const refund = await world.stripe.refunds.retrieve(note.refunds[0]!.refund as string);
    expect(refund).toMatchObject({ amount: 1000, status: 'succeeded' });
    expect(await balance()).toBe(-1500);
    expect(await paidInvoice()).toMatchObject({
      status: 'paid',
      amount_paid: 4900,
      post_payment_credit_notes_amount: 3000,
    });
    const { data: moves } = await world.stripe.customers.listBalanceTransactions(
      subscription.stripeCustomerId,
    );
    expect(moves).toMatchObject([
      { id: note.customer_balance_transaction, type: 'credit_note', amount: -1500 },
    ]);
    const { data: events } = await world.stripe.events.list({ type: 'credit_note.*' });
    expect(events.map(({ type }) => type)).toEqual(['credit_note.created']);
  });

  it('of a paid invoice has to say where all of its money goes, and never exceeds the invoice', async () => {
    const { id: invoice } = await paidInvoice();
    const create = (params: { amount: number; credit_amount?: number; refund_amount?: number }) =>
      world.stripe.creditNotes.create({ invoice, ...params });
    await expect(create({ amount: 1000 })).rejects.toThrow('must equal');
    await expect(create({ amount: 1000, credit_amount: 400 })).rejects.toThrow('must equal');
    await expect(create({ amount: 5000, credit_amount: 5000 })).rejects.toMatchObject({ param: 'amount' });
    await create({ amount: 4900, refund_amount: 4900 });
    await expect(create({ amount: 1, credit_amount: 1 })).rejects.toMatchObject({ param: 'amount' });
  });

  it('of an open invoice lowers what is asked for, until it is voided', async () => {
    const { id, amount_due: due } = await openInvoice();
    expect(due).toBe(4900);
    const note = await world.stripe.creditNotes.create({ invoice: id, amount: 900 });
    expect(note).toMatchObject({ type: 'pre_payment', pre_payment_amount: 900 });
    expect(await world.stripe.invoices.retrieve(id)).toMatchObject({
      status: 'open',
      total: 4900,
      amount_due: 4000,
      amount_remaining: 4000,
      pre_payment_credit_notes_amount: 900,
    });
    expect(await world.stripe.creditNotes.voidCreditNote(note.id)).toMatchObject({ status: 'void' });
    expect((await world.stripe.invoices.retrieve(id)).amount_due).toBe(4900);
    await world.stripe.creditNotes.create({ invoice: id, amount: 900 });
    const paid = await world.stripe.invoices.pay(id, { payment_method: 'pm_card_visa' });
    expect(paid).toMatchObject({ status: 'paid', amount_paid: 4000 });
    expect((await world.stripe.charges.list()).data[0]!.amount).toBe(4000);
  });

  it('over all of an open invoice settles it, and the subscription owes nothing', async () => {
    const { id } = await openInvoice();
    await world.stripe.creditNotes.create({ invoice: id, amount: 4900 });
    expect(await world.stripe.invoices.retrieve(id)).toMatchObject({
      status: 'paid',
      amount_paid: 0,
      amount_remaining: 0,
    });
    const { status } = await world.stripe.subscriptions.retrieve(subscription.stripeSubscriptionId);
    expect(status).toBe('active');
  });

  it('is listed with its invoice, and takes a memo', async () => {
    const { id: invoice } = await paidInvoice();
    const { id } = await world.stripe.creditNotes.create({
      invoice,
      lines: [{ type: 'custom_line_item', description: 'Goodwill', quantity: 2, unit_amount: 100 }],
      credit_amount: 200,
    });
    await world.stripe.creditNotes.update(id, { memo: 'sorry' });
    expect((await world.stripe.creditNotes.list({ invoice })).data).toMatchObject([{ id, memo: 'sorry' }]);
    const { data: lines } = await world.stripe.creditNotes.listLineItems(id);
    expect(lines).toMatchObject([{ description: 'Goodwill', amount: 200, type: 'custom_line_item' }]);
  });
});

describe('the balance of a customer', () => {
  it('pays for the next invoice as far as it goes, and is given back when that is voided', async () => {
    const world = await createWorld();
    const subscription = await createTestSubscription(world);
    const customer = subscription.stripeCustomerId;
    const { stripe } = world;
    const move = await stripe.customers.createBalanceTransaction(customer, {
      amount: -1900,
      currency: 'usd',
    });
    expect(await stripe.customers.retrieveBalanceTransaction(customer, move.id)).toMatchObject({
      type: 'adjustment',
      ending_balance: -1900,
    });
    await changeCard(world, subscription, 'pm_card_chargeCustomerFail');
    await world.advanceTo('2026-02-28T11:00:00.000Z' as Instant);
    const [renewal] = (await stripe.invoices.list({ customer })).data;
    expect(renewal).toMatchObject({
      total: 4900,
      amount_due: 3000,
      starting_balance: -1900,
      ending_balance: 0,
    });
    await stripe.invoices.voidInvoice(renewal!.id);
    expect(await stripe.customers.retrieve(customer)).toMatchObject({ balance: -1900 });
    await world.close();
  });
});
