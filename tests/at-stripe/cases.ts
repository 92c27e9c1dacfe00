import type { Case, Pause } from './play';
import { CARD, idOf, type Story } from './story';

/** Longer than an event takes to be heard of, even by way of the reconciler. */
const SOON: Pause = { hours: 0.5 };
/** Longer than it takes until everything was compared with Stripe. */
const A_DAY: Pause = { hours: 25 };
const renewed = (cycle: number, hours = 2): Pause => ({ renewal: cycle, hours });

async function useMethod({ stripe, atStripe }: Story, method: string): Promise<void> {
  await stripe.subscriptions.update((await atStripe()).id, { default_payment_method: method });
}

async function changeItem(
  { stripe, atStripe }: Story,
  change: { price?: string; quantity?: number },
): Promise<void> {
  const { id, items } = await atStripe();
  await stripe.subscriptions.update(id, {
    items: [{ id: items.data[0]!.id, ...change }],
    proration_behavior: 'none',
  });
}

/** A customer who is bound to one at Stripe and has a card there, and no plan. */
async function bind(story: Story): Promise<string> {
  const { sandbox, stripe, customerId } = story;
  await sandbox.post('/v1/subscriptions', { customerId, plan: 'standard' });
  const customer = await story.stripeCustomer();
  const method = await stripe.paymentMethods.attach('pm_card_visa', { customer });
  await stripe.customers.update(customer, { invoice_settings: { default_payment_method: method.id } });
  return customer;
}

/** What was paid for the newest invoice, to be refunded. */
async function paymentOf({ stripe }: Story, invoice: string): Promise<string> {
  const { data } = await stripe.invoicePayments.list({ invoice, status: 'paid' });
  return idOf(data[0]?.payment.payment_intent);
}

async function* anotherPrice(story: Story): AsyncGenerator<Pause, void> {
  const { stripe } = story;
  const id = await story.subscribe('standard');
  yield SOON;
  const { product } = await story.price('standard:month');
  const other = await stripe.prices.create({
    currency: 'usd',
    unit_amount: 2000,
    recurring: { interval: 'month' },
    product: idOf(product),
  });
  await changeItem(story, { price: other.id });
  yield SOON;
  expect(await story.alarms(id)).toEqual([`subscription_differs ${id}`]);
  yield renewed(1);
  expect(await story.available()).toBe(1010);
  expect(await story.subscription()).toMatchObject({ status: 'active', plan: 'standard' });
  expect(await story.alarms(id)).toEqual([`subscription_differs ${id}`]);
  await changeItem(story, { price: (await story.price('standard:month')).id });
  yield SOON;
  expect(await story.alarms(id)).toEqual([]);
}

async function* soldInTheDashboard(story: Story): AsyncGenerator<Pause, void> {
  const { stripe } = story;
  const customer = await bind(story);
  const price = (await story.price('pro:month')).id;
  const { id } = await stripe.subscriptions.create({ customer, items: [{ price }] });
  const invoice = await story.latestInvoice();
  yield SOON;
  expect(await story.alarms(id, invoice.id)).toEqual([
    `unclaimed_money ${invoice.id}`,
    `unknown_subscription ${id}`,
  ]);
  expect(await story.available()).toBe(10);
  await stripe.subscriptions.cancel(id);
  await stripe.refunds.create({ payment_intent: await paymentOf(story, invoice.id) });
  yield SOON;
  expect(await story.alarms(id, invoice.id)).toEqual([]);
}

async function* paymentLink(story: Story): AsyncGenerator<Pause, void> {
  const { stripe } = story;
  const customer = await bind(story);
  const price = (await story.price('add_on_1000')).id;
  const session = await stripe.checkout.sessions.create({
    mode: 'payment',
    customer,
    line_items: [{ price, quantity: 1 }],
    success_url: 'https://example.com/',
  });
  await story.sandbox.payCheckout(String(session.url), CARD);
  yield SOON;
  expect(await story.alarms(session.id)).toEqual([`unclaimed_money ${session.id}`]);
  yield A_DAY;
  expect(await story.alarms(session.id)).toEqual([`unclaimed_money ${session.id}`]);
  const { payment_intent: intent } = await stripe.checkout.sessions.retrieve(session.id);
  await stripe.refunds.create({ payment_intent: idOf(intent) });
  yield A_DAY;
  expect(await story.alarms(session.id)).toEqual([]);
  expect(await story.available()).toBe(10);
}

async function* twoOfIt(story: Story): AsyncGenerator<Pause, void> {
  const id = await story.subscribe('standard');
  yield SOON;
  await changeItem(story, { quantity: 2 });
  yield SOON;
  expect(await story.subscription()).toMatchObject({ nextGrant: { credits: 1000 } });
  yield renewed(1);
  expect(await story.available()).toBe(1510);
  const { id: invoice } = await story.latestInvoice();
  await story.stripe.refunds.create({ payment_intent: await paymentOf(story, invoice), amount: 2500 });
  yield SOON;
  expect(await story.available()).toBe(1010);
  expect(await story.alarms(id, invoice)).toEqual([]);
}

async function* lowerPrice(story: Story): AsyncGenerator<Pause, void> {
  await story.subscribe('pro');
  yield SOON;
  await changeItem(story, { price: (await story.price('standard:month')).id });
  yield SOON;
  expect(await story.subscription()).toMatchObject({
    plan: 'pro',
    pendingPlan: 'standard',
    nextGrant: { credits: 500 },
  });
  yield renewed(1);
  expect(await story.available()).toBe(1510);
  expect(await story.subscription()).toMatchObject({ plan: 'standard', pendingPlan: null });
}

async function* voidedRenewal(story: Story): AsyncGenerator<Pause, void> {
  await story.subscribe('standard');
  yield SOON;
  yield renewed(1, 0.5);
  const { id } = await story.latestInvoice();
  await story.stripe.invoices.finalizeInvoice(id, { auto_advance: false });
  await story.stripe.invoices.voidInvoice(id);
  yield { hours: 48 };
  expect(await story.subscription()).toMatchObject({
    status: 'active',
    cycle: 1,
    nextGrant: { credits: 500 },
  });
  expect(await story.available()).toBe(510);
  expect(await story.buyPack()).toMatchObject({ status: 201 });
  yield renewed(2);
  expect(await story.available()).toBe(2010);
}

async function* somethingElseOnIt(story: Story): AsyncGenerator<Pause, void> {
  const { stripe } = story;
  await story.subscribe('standard');
  yield SOON;
  yield renewed(1, 0.5);
  const { id } = await story.latestInvoice();
  const customer = await story.stripeCustomer();
  await stripe.invoiceItems.create({ customer, invoice: id, amount: 10_000, currency: 'usd' });
  yield renewed(1, 3);
  expect(await story.available()).toBe(1010);
  yield A_DAY;
  expect(await story.alarms(id)).toEqual([`unclaimed_money ${id}`]);
  await stripe.refunds.create({ payment_intent: await paymentOf(story, id), amount: 10_000 });
  yield A_DAY;
  expect(await story.available()).toBe(1010);
  expect(await story.alarms(id)).toEqual([]);
  await stripe.refunds.create({ payment_intent: await paymentOf(story, id), amount: 1_250 });
  yield SOON;
  expect(await story.available()).toBe(760);
}

async function* settledByHand(story: Story): AsyncGenerator<Pause, void> {
  const { stripe } = story;
  const customer = await bind(story);
  const { id } = await stripe.paymentIntents.create({
    customer,
    amount: 700,
    currency: 'usd',
    payment_method: 'pm_card_visa',
    confirm: true,
    off_session: true,
  });
  yield A_DAY;
  expect(await story.alarms(id)).toEqual([`unclaimed_money ${id}`]);
  await stripe.paymentIntents.update(id, { metadata: { scrip_settled: 'a poster' } });
  yield A_DAY;
  expect(await story.alarms(id)).toEqual([]);
}

async function* customerDeleted(story: Story): AsyncGenerator<Pause, void> {
  await story.subscribe('standard');
  yield SOON;
  await story.stripe.customers.del(await story.stripeCustomer());
  yield SOON;
  expect(await story.subscription()).toMatchObject({ status: 'canceled' });
  await story.subscribe('standard');
  yield SOON;
  expect(await story.subscription()).toMatchObject({ status: 'active' });
  expect(await story.available()).toBe(1010);
}

async function* disputeWon(story: Story): AsyncGenerator<Pause, void> {
  const { stripe } = story;
  await story.subscribe('standard');
  yield SOON;
  await story.buyPack('4000000000000259');
  yield SOON;
  expect(await story.available()).toBe(510);
  const customer = await story.stripeCustomer();
  for (const { id } of (await stripe.paymentIntents.list({ customer })).data) {
    for (const dispute of (await stripe.disputes.list({ payment_intent: id })).data) {
      const evidence = { uncategorized_text: 'winning_evidence_less_fee' };
      await stripe.disputes.update(dispute.id, { evidence, submit: true });
    }
  }
  yield SOON;
  expect(await story.available()).toBe(1510);
}

async function* billingDateMoved(story: Story): AsyncGenerator<Pause, void> {
  const { stripe } = story;
  await story.subscribe('standard');
  yield SOON;
  const now = Date.parse(await story.sandbox.now());
  const trialEnd = Math.floor(now / 1000) + 40 * 86_400;
  const { id } = await story.atStripe();
  await stripe.subscriptions.update(id, { trial_end: trialEnd, proration_behavior: 'none' });
  yield renewed(1, 48);
  expect(await story.subscription()).toMatchObject({
    status: 'active',
    nextGrant: { at: new Date(trialEnd * 1000).toISOString(), credits: 500 },
  });
  expect(await story.available()).toBe(510);
  yield { hours: (40 - 31) * 24 };
  const { anchorAt } = await story.subscription();
  expect(anchorAt).toBe(new Date(trialEnd * 1000).toISOString());
  expect(await story.available()).toBe(1010);
  yield renewed(1);
  expect(await story.available()).toBe(1510);
}

async function* bankDebit(story: Story): AsyncGenerator<Pause, void> {
  await story.subscribe('standard');
  yield SOON;
  await useMethod(story, 'pm_successDelayed_at');
  yield renewed(1, 48);
  expect(await story.subscription()).toMatchObject({ status: 'active' });
  expect(await story.available()).toBe(510);
  expect(await story.buyPack()).toMatchObject({ status: 201 });
  yield renewed(1, 24 * 6);
  expect(await story.available()).toBe(2010);
  expect(await story.subscription()).toMatchObject({ status: 'active' });
}

async function* bankDebitThatFails(story: Story): AsyncGenerator<Pause, void> {
  await story.subscribe('standard');
  yield SOON;
  await useMethod(story, 'pm_failedDelayed_at');
  yield renewed(1, 48);
  expect(await story.subscription()).toMatchObject({ status: 'active' });
  yield renewed(1, 24 * 6);
  expect(await story.subscription()).toMatchObject({ status: 'past_due' });
  expect(await story.available()).toBe(510);
}

async function* creditNote(story: Story): AsyncGenerator<Pause, void> {
  await story.subscribe('standard');
  yield SOON;
  const { id: invoice } = await story.latestInvoice();
  await story.stripe.creditNotes.create({ invoice, amount: 1_250, credit_amount: 1_250 });
  yield SOON;
  expect(await story.available()).toBe(260);
  await story.stripe.creditNotes.create({ invoice, amount: 250, out_of_band_amount: 250 });
  yield SOON;
  expect(await story.available()).toBe(210);
  // The balance pays for a part of the renewal, which is paid for all the same.
  yield renewed(1);
  expect(await story.available()).toBe(710);
}

async function* manyLines(story: Story): AsyncGenerator<Pause, void> {
  const { stripe } = story;
  await story.subscribe('standard');
  yield SOON;
  yield renewed(1, 0.5);
  const { id: invoice } = await story.latestInvoice();
  const customer = await story.stripeCustomer();
  for (let count = 1; count <= 12; count += 1) {
    await stripe.invoiceItems.create({ customer, invoice, amount: 100, currency: 'usd' });
  }
  yield renewed(1, 3);
  expect(await story.available()).toBe(1010);
  await stripe.refunds.create({ payment_intent: await paymentOf(story, invoice), amount: 1_200 });
  yield A_DAY;
  expect(await story.available()).toBe(1010);
  expect(await story.alarms(invoice)).toEqual([]);
}

function whileADebitIsUnderWay(
  command: 'pause' | 'cancel' | 'change-plan',
  body: object,
  after: { readonly method: string; readonly status: string; readonly available: number },
) {
  return async function* (story: Story): AsyncGenerator<Pause, void> {
    const id = await story.subscribe('standard');
    yield SOON;
    await useMethod(story, after.method);
    yield renewed(1, 2);
    const { id: invoice } = await story.latestInvoice();
    if (command === 'change-plan') await useMethod(story, 'pm_card_visa');
    const answer = await story.sandbox.post(`/v1/subscriptions/${id}/${command}`, body);
    expect(answer).toMatchObject({ status: 200 });
    yield { hours: 24 * 8 };
    expect(await story.subscription()).toMatchObject({ status: after.status });
    expect(await story.available()).toBe(after.available);
    const { status } = await story.stripe.invoices.retrieve(invoice);
    expect(status).toBe(after.method.startsWith('pm_failed') ? 'void' : 'paid');
  };
}

/** Everything that was tried, with what is right. */
export const CASES: readonly Case[] = [
  { name: '1: another price grants the plan, and rings', play: anotherPrice },
  { name: '2: a subscription sold in the dashboard rings until it is refunded', play: soldInTheDashboard },
  { name: '3: a pack paid past us rings until it is refunded', play: paymentLink },
  { name: '4: two of it are two grants, and one refunded takes one', play: twoOfIt },
  { name: '5: a lower price is a lower plan from the next period on', play: lowerPrice },
  { name: '6: a voided renewal is a month without a charge and without a grant', play: voidedRenewal },
  { name: '7: what else stands on the invoice is not the credits', play: somethingElseOnIt },
  { name: '7a: money for something else is settled by hand', play: settledByHand },
  { name: '9: a customer deleted at Stripe is made anew', play: customerDeleted },
  { name: '10: a dispute that is won gives back, whatever it cost', play: disputeWon },
  { name: '11: a moved billing date grants on the new day', play: billingDateMoved },
  { name: '12: a debit under way is not failed', play: bankDebit },
  { name: '12a: a debit that fails is', play: bankDebitThatFails },
  { name: '14: a credit note takes what a refund would', play: creditNote },
  { name: '15: an invoice of many lines is read whole', play: manyLines },
  {
    name: '16: a pause while a debit is under way',
    play: whileADebitIsUnderWay(
      'pause',
      {},
      { method: 'pm_successDelayed_at', status: 'paused', available: 1010 },
    ),
  },
  {
    name: '16a: a cancel while a debit is under way that fails',
    play: whileADebitIsUnderWay(
      'cancel',
      { when: 'now' },
      { method: 'pm_failedDelayed_at', status: 'canceled', available: 510 },
    ),
  },
  {
    name: '16b: an upgrade while a debit is under way',
    play: whileADebitIsUnderWay(
      'change-plan',
      { plan: 'pro' },
      { method: 'pm_successDelayed_at', status: 'active', available: 2010 },
    ),
  },
];
