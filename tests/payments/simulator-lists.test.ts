import { createTestCustomer } from './customer';
import { createWorld } from './world';

it('shows of a list in an object the first ten, and the rest where it says', async () => {
  const world = await createWorld();
  const { stripeCustomerId: customer } = await createTestCustomer(world);
  const { id: invoice } = await world.stripe.invoices.create({ customer });
  for (let amount = 1; amount <= 12; amount += 1) {
    await world.stripe.invoiceItems.create({ customer, invoice, amount, currency: 'usd' });
  }
  await world.stripe.invoices.finalizeInvoice(invoice);

  const { lines, total } = await world.stripe.invoices.retrieve(invoice);
  expect([lines.data.length, lines.has_more, total]).toEqual([10, true, 78]);
  const amounts: number[] = [];
  for await (const line of world.stripe.invoices.listLineItems(invoice, { limit: 5 })) {
    amounts.push(line.amount);
  }
  expect(amounts).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  const whole = await world.stripe.invoices.listLineItems(invoice, { limit: 100 });
  expect([whole.data.length, whole.has_more]).toEqual([12, false]);
  const [listed] = (await world.stripe.invoices.list({ customer })).data;
  expect([listed!.lines.data.length, listed!.lines.has_more]).toEqual([10, true]);
  const { data: events } = await world.stripe.events.list({ type: 'invoice.finalized' });
  expect(events[0]!.data.object).toMatchObject({ lines: { has_more: true } });
  await world.close();
});
