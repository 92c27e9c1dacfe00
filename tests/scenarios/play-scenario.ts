import { isDeepStrictEqual } from 'node:util';
import type Stripe from 'stripe';
import { cycleStart } from '../../src/domain/billing-calendar';
import { parseInstant, type Instant } from '../../src/domain/instants';
import type { Answer, SandboxClient } from './sandbox-client';
import { CARDS, type Scenario, type Step, type StepInput, type StepName } from './scenario';

/** What one scenario has made so far. */
interface Story {
  readonly sandbox: SandboxClient;
  readonly customerId: string;
  subscriptionId: string | undefined;
  contractId: string | undefined;
  orderIds: string[];
  holdId: string | undefined;
}

type Player = { readonly [Name in StepName]: (story: Story, input: StepInput<Name>) => Promise<void> };

let customers = 0;

/** Plays one scenario from its first step to its last; the error of a step that goes wrong says which and what was seen. */
export async function playScenario(sandbox: SandboxClient, scenario: Scenario): Promise<void> {
  const answer = await sandbox.post('/v1/customers', { externalId: `scenario-${String((customers += 1))}` });
  const story: Story = {
    sandbox,
    customerId: String(answer.body['id']),
    subscriptionId: undefined,
    contractId: undefined,
    orderIds: [],
    holdId: undefined,
  };
  for (const [index, step] of scenario.steps.entries()) {
    await play(story, step).catch((error: unknown) => {
      const told = `step ${String(index + 1)}, ${step.name} ${JSON.stringify(step.input)}`;
      throw new Error(`${told}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    });
  }
  await end(story);
}

/** Leaves nothing behind that would go on renewing while later scenarios move the clock. */
async function end({ sandbox, subscriptionId }: Story): Promise<void> {
  await sandbox.setWebhookFaults({});
  if (subscriptionId === undefined) return;
  const { body } = await sandbox.get(`/v1/subscriptions/${subscriptionId}`);
  if (body['status'] === 'canceled') return;
  await sandbox.post(`/v1/subscriptions/${subscriptionId}/cancel`, { when: 'now' });
}

function play(story: Story, step: Step): Promise<void> {
  const player = players[step.name] as (story: Story, input: unknown) => Promise<void>;
  return player(story, step.input);
}

const players: Player = {
  async start({ sandbox }, { month, day, leapYear }) {
    await sandbox.advance({ to: nextDay(await sandbox.now(), month, day, leapYear ?? false) });
  },

  async subscribe(story, { plan, interval, collection, card, pay, refused }) {
    const isInvoiced = story.contractId !== undefined || collection === 'invoice';
    const answer = await story.sandbox.post('/v1/subscriptions', {
      customerId: story.customerId,
      plan,
      interval,
      collection: isInvoiced ? 'invoice' : 'checkout',
      ...(story.contractId === undefined ? {} : { contractId: story.contractId }),
    });
    if (isRefusal(answer, refused)) return;
    expectStatus(answer, 201);
    story.subscriptionId = String(answer.body['id']);
    if (!pay || isInvoiced) return;
    await story.sandbox.payCheckout(String(answer.body['checkoutUrl']), CARDS[card].number);
    await settle(story);
  },

  async advance(story, target) {
    if (typeof target === 'string') await story.sandbox.advance({ by: target });
    else await story.sandbox.advance({ to: await instantOfCycle(story, target.cycle, target.seconds) });
  },

  async spend(story, input) {
    const { credits, refused } = typeof input === 'number' ? { credits: input, refused: undefined } : input;
    const answer = await story.sandbox.post('/v1/holds', {
      customerId: story.customerId,
      credits,
      reference: 'scenario',
      capture: true,
    });
    if (!isRefusal(answer, refused)) expectStatus(answer, 201);
  },

  async hold(story, { credits, expiresIn }) {
    const now = Date.parse(await story.sandbox.now());
    const answer = await story.sandbox.post('/v1/holds', {
      customerId: story.customerId,
      credits,
      reference: 'scenario',
      ...(expiresIn === undefined ? {} : { expiresAt: new Date(now + expiresIn * 1000).toISOString() }),
    });
    expectStatus(answer, 201);
    story.holdId = String(answer.body['id']);
  },

  async capture_hold(story, { credits, refused }) {
    const body = credits === undefined ? {} : { credits };
    const answer = await story.sandbox.post(`/v1/holds/${String(story.holdId)}/capture`, body);
    if (!isRefusal(answer, refused)) expectStatus(answer, 200);
  },

  async void_hold(story, { refused }) {
    const answer = await story.sandbox.post(`/v1/holds/${String(story.holdId)}/void`, {});
    if (!isRefusal(answer, refused)) expectStatus(answer, 200);
  },

  change_plan: (story, { plan, refused }) => command(story, 'change-plan', { plan }, refused),
  cancel: (story, when) => command(story, 'cancel', { when }),
  resume: (story, { refused }) => command(story, 'resume', {}, refused),
  pause: (story, { refused }) => command(story, 'pause', {}, refused),

  async add_on(story, { quantity, card, pay, times, refused }) {
    const order = { customerId: story.customerId, quantity };
    const answers = await Promise.all(
      Array.from({ length: times }, () => story.sandbox.post('/v1/add-ons', order)),
    );
    for (const answer of answers) if (!isRefusal(answer, refused)) expectStatus(answer, 201);
    if (refused !== undefined) return;
    story.orderIds = answers.map(({ body }) => String(body['id']));
    if (!pay) return;
    const pages = answers.map(({ body }) => String(body['checkoutUrl']));
    await Promise.all(pages.map((page) => story.sandbox.payCheckout(page, CARDS[card].number)));
    await settle(story);
  },

  async card(story, name) {
    const { stripe } = story.sandbox;
    const customer = await stripeCustomer(story);
    const method = await stripe.paymentMethods.attach(CARDS[name].paymentMethod, { customer: customer.id });
    await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: method.id } });
    const subscriptions = await stripe.subscriptions.list({ customer: customer.id });
    for (const { id } of subscriptions.data) {
      await stripe.subscriptions.update(id, { default_payment_method: method.id });
    }
  },

  async pay_open_invoice(story) {
    const { stripe } = story.sandbox;
    const customer = await stripeCustomer(story);
    const open = await stripe.invoices.list({ customer: customer.id, status: 'open' });
    for (const { id } of open.data) await stripe.invoices.pay(id);
    await settle(story);
  },

  async refund(story, { of, numerator, denominator }) {
    const { stripe } = story.sandbox;
    const payment = await latestPayment(story, of);
    const amount = Math.round((payment.amount_received * numerator) / denominator);
    await stripe.refunds.create({ payment_intent: payment.id, amount });
    await settle(story);
  },

  async evidence(story, evidence) {
    const { stripe } = story.sandbox;
    const customer = await stripeCustomer(story);
    for (const payment of (await stripe.paymentIntents.list({ customer: customer.id })).data) {
      for (const dispute of (await stripe.disputes.list({ payment_intent: payment.id })).data) {
        if (dispute.status !== 'needs_response') continue;
        await stripe.disputes.update(dispute.id, {
          evidence: { uncategorized_text: `${evidence}_evidence` },
          submit: true,
        });
      }
    }
    await settle(story);
  },

  webhooks: ({ sandbox }, faults) => sandbox.setWebhookFaults(faults),

  async contract(story, { credits, amount, termMonths }) {
    const answer = await story.sandbox.post('/v1/contracts', {
      customerId: story.customerId,
      credits,
      amount,
      currency: 'usd',
      interval: 'month',
      termMonths,
      reference: 'scenario',
    });
    expectStatus(answer, 201);
    story.contractId = String(answer.body['id']);
  },

  async record_payment(story, { cycle }) {
    const paidThrough = await instantOfCycle(story, cycle, 0);
    const answer = await story.sandbox.post(`/v1/subscriptions/${String(story.subscriptionId)}/payments`, {
      paidThrough,
      reference: `bank transfer up to cycle ${String(cycle)}`,
    });
    if (answer.status !== 200 && answer.status !== 201) expectStatus(answer, 200);
    await settle(story);
  },

  async auto_top_up(story, setting) {
    expectStatus(await story.sandbox.put(`/v1/customers/${story.customerId}/auto-top-up`, setting), 200);
    await settle(story);
  },

  async adjust(story, { credits, refused }) {
    const adjustment = { customerId: story.customerId, credits, reason: 'scenario' };
    const answer = await story.sandbox.post('/v1/adjustments', adjustment);
    if (!isRefusal(answer, refused)) expectStatus(answer, 201);
  },

  async expect(story, expected) {
    await settle(story);
    const seen = await look(story);
    const wrong = Object.entries(expected).filter(([name, value]) => !isDeepStrictEqual(seen[name], value));
    if (wrong.length === 0) return;
    const told = wrong.map(([name, value]) => `${name} is ${String(seen[name])}, not ${String(value)}`);
    throw new Error(`${told.join('; ')} (${JSON.stringify(seen)})`);
  },
};

/** Waits until all that is due by now has been carried out: what the clock's answer says, without moving it on purpose. */
async function settle({ sandbox }: Story): Promise<void> {
  await sandbox.advance({ by: 'PT1S' });
}

/** All that an expectation can name. */
async function look({
  sandbox,
  customerId,
  subscriptionId,
  orderIds,
}: Story): Promise<Record<string, unknown>> {
  const { body: balance } = await sandbox.get(`/v1/customers/${customerId}/balance`);
  const { body: rights } = await sandbox.get(`/v1/customers/${customerId}/rights`);
  const nextGrant = balance['nextGrant'] as { credits: number } | null;
  const seen: Record<string, unknown> = {
    available: balance['available'],
    held: balance['held'],
    owed: balance['owed'],
    nextGrantCredits: nextGrant?.credits ?? null,
    plan: rights['plan'],
    train: rights['train'],
  };
  if (subscriptionId !== undefined) {
    const { body } = await sandbox.get(`/v1/subscriptions/${subscriptionId}`);
    const period = body['currentPeriod'] as { start: string } | null;
    seen['status'] = body['status'];
    seen['pendingPlan'] = body['pendingPlan'];
    seen['cycle'] = body['cycle'];
    seen['periodDay'] = period === null ? null : Number(period.start.slice(8, 10));
  }
  const order = orderIds.at(-1);
  if (order !== undefined) seen['addOn'] = (await sandbox.get(`/v1/add-ons/${order}`)).body['status'];
  return seen;
}

async function command(story: Story, name: string, body: unknown, refused?: string): Promise<void> {
  const answer = await story.sandbox.post(`/v1/subscriptions/${String(story.subscriptionId)}/${name}`, body);
  if (!isRefusal(answer, refused)) expectStatus(answer, 200);
  await settle(story);
}

function isRefusal({ status, body }: Answer, code: string | undefined): boolean {
  if (code === undefined) return false;
  if (body['code'] !== code) {
    throw new Error(`answered ${String(status)} ${JSON.stringify(body)} instead of the refusal ${code}`);
  }
  return true;
}

function expectStatus({ status, body }: Answer, wanted: number): void {
  if (status !== wanted) throw new Error(`answered ${String(status)} ${JSON.stringify(body)}`);
}

/** The start of a cycle of the story's subscription, and so many seconds on; before the first payment, from now. */
async function instantOfCycle(story: Story, cycle: number, seconds: number): Promise<Instant> {
  const { body } = await story.sandbox.get(`/v1/subscriptions/${String(story.subscriptionId)}`);
  const anchorAt = body['anchorAt'];
  const anchor = parseInstant(typeof anchorAt === 'string' ? anchorAt : await story.sandbox.now());
  if (anchor === undefined) throw new Error(`no anchor in ${JSON.stringify(body)}`);
  const at = Date.parse(cycleStart(anchor, cycle)) + seconds * 1000;
  const instant = parseInstant(new Date(at).toISOString());
  if (instant === undefined) throw new Error('no such instant');
  return instant;
}

async function stripeCustomer({ sandbox, customerId }: Story): Promise<Stripe.Customer> {
  for await (const customer of sandbox.stripe.customers.list({ limit: 100 })) {
    if (customer.metadata['scrip_customer'] === customerId) return customer;
  }
  throw new Error('Stripe knows no such customer');
}

async function latestPayment(story: Story, of: 'plan' | 'add_on'): Promise<Stripe.PaymentIntent> {
  const customer = await stripeCustomer(story);
  const payments = await story.sandbox.stripe.paymentIntents.list({ customer: customer.id, limit: 100 });
  const paid = payments.data.filter(({ status }) => status === 'succeeded');
  const payment = paid.find(({ metadata }) => (metadata['scrip_order'] !== undefined) === (of === 'add_on'));
  if (payment === undefined) throw new Error(`no payment for the ${of}`);
  return payment;
}

function nextDay(now: string, month: number, day: number, leapYear: boolean): string {
  for (let year = Number(now.slice(0, 4)); ; year += 1) {
    const at = new Date(Date.UTC(year, month - 1, day, 10)).toISOString();
    const isLeap = new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1;
    if (at > now && (!leapYear || isLeap)) return at;
  }
}
