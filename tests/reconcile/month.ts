import { cycleStart } from '../../src/domain/billing-calendar';
import type { Instant } from '../../src/domain/instants';
import type { Answer, SandboxClient } from '../scenarios/sandbox-client';

/** How the webhook behaves while one step of the month is played; `{}`: well. */
export type Faults = Readonly<Record<string, number | boolean>>;

/** Longer than the reconciler takes to notice: a quarter of an hour after anything happened at Stripe. */
const PAUSE = { by: 'PT30M' };
const CARD = '4242424242424242';
const DISPUTED_CARD = '4000000000000259';
/** Its refunds fail a while after they were made. */
const UNREFUNDABLE_CARD = '4000000000005126';

export interface Subscriber {
  readonly customerId: string;
  readonly subscriptionId: string;
}

let names = 0;

/** A new customer with the Standard plan, monthly, whose checkout is paid; the events may still be on their way. */
export async function subscribe(sandbox: SandboxClient): Promise<Subscriber> {
  const customer = await sandbox.post('/v1/customers', { externalId: `reconciled-${String((names += 1))}` });
  const customerId = idOf(customer, 201);
  const opened = await sandbox.post('/v1/subscriptions', {
    customerId,
    plan: 'standard',
    interval: 'month',
    collection: 'checkout',
  });
  await sandbox.payCheckout(String(opened.body['checkoutUrl']), CARD);
  return { customerId, subscriptionId: idOf(opened, 201) };
}

/** One pack, paid for. */
export async function buyPack(sandbox: SandboxClient, customerId: string, card = CARD): Promise<string> {
  const order = await sandbox.post('/v1/add-ons', { customerId, quantity: 1 });
  await sandbox.payCheckout(String(order.body['checkoutUrl']), card);
  return idOf(order, 201);
}

/** Refunds the half of what was paid for an order. */
export async function refundHalf(sandbox: SandboxClient, orderId: string): Promise<void> {
  const { stripe } = sandbox;
  const payment = await paymentOf(sandbox, orderId);
  await stripe.refunds.create({ payment_intent: payment.id, amount: payment.amount / 2 });
}

/** Charges the customer's card for an order while its holder is away, as an automatic top-up does. */
export async function chargeSavedCard({ stripe }: SandboxClient, customerId: string, orderId: string) {
  for await (const customer of stripe.customers.list({ limit: 100 })) {
    if (customer.metadata['scrip_customer'] !== customerId) continue;
    const [card] = (await stripe.paymentMethods.list({ customer: customer.id })).data;
    if (card === undefined) break;
    return stripe.paymentIntents.create({
      customer: customer.id,
      payment_method: card.id,
      amount: 1000,
      currency: 'usd',
      confirm: true,
      off_session: true,
      metadata: { scrip_customer: customerId, scrip_order: orderId },
    });
  }
  throw new Error(`${customerId} has no card at Stripe`);
}

/**
 * A month with everything in it: a plan, a pack, credits spent, a higher plan, a pack half refunded, one whose refund failed,
 * one whose payment was disputed and won back, and the renewal. `faults` says how the webhook behaves in each of its steps.
 */
export async function playMonth(sandbox: SandboxClient, faults: readonly Faults[]): Promise<Subscriber> {
  const played: Subscriber[] = [];
  const steps = [
    async () => {
      played.push(await subscribe(sandbox));
    },
    async () => {
      await buyPack(sandbox, subscriber().customerId);
    },
    async () => {
      const { customerId } = subscriber();
      const spend = { customerId, credits: 200, reference: 'month', capture: true };
      idOf(await sandbox.post('/v1/holds', spend), 201);
      const path = `/v1/subscriptions/${subscriber().subscriptionId}/change-plan`;
      idOf(await sandbox.post(path, { plan: 'pro' }), 200);
    },
    async () => refundHalf(sandbox, await buyPack(sandbox, subscriber().customerId)),
    async () => refundHalf(sandbox, await buyPack(sandbox, subscriber().customerId, UNREFUNDABLE_CARD)),
    async () => winBack(sandbox, await buyPack(sandbox, subscriber().customerId, DISPUTED_CARD)),
    () => renew(sandbox, subscriber()),
  ];
  function subscriber(): Subscriber {
    const [found] = played;
    if (found === undefined) throw new Error('Nobody has subscribed yet');
    return found;
  }
  for (const [index, step] of steps.entries()) {
    await sandbox.setWebhookFaults(faults[index] ?? {});
    await step();
    await sandbox.advance(PAUSE);
  }
  await sandbox.setWebhookFaults({});
  await sandbox.post(`/v1/subscriptions/${subscriber().subscriptionId}/cancel`, { when: 'now' });
  return subscriber();
}

/** It is won as soon as it is open, so that both may be heard of at once. */
async function winBack(sandbox: SandboxClient, orderId: string): Promise<void> {
  const payment = await paymentOf(sandbox, orderId);
  const disputes = await sandbox.stripe.disputes.list({ payment_intent: payment.id });
  for (const { id } of disputes.data) {
    const evidence = { uncategorized_text: 'winning_evidence' };
    await sandbox.stripe.disputes.update(id, { evidence, submit: true });
  }
}

async function renew(sandbox: SandboxClient, { subscriptionId }: Subscriber): Promise<void> {
  const { body } = await sandbox.get(`/v1/subscriptions/${subscriptionId}`);
  await sandbox.advance({ to: cycleStart(body['anchorAt'] as Instant, 1) });
  // A renewal is a draft for an hour.
  await sandbox.advance({ by: 'PT61M' });
}

async function paymentOf({ stripe }: SandboxClient, orderId: string) {
  for await (const payment of stripe.paymentIntents.list({ limit: 100 })) {
    if (payment.metadata['scrip_order'] === orderId) return payment;
  }
  throw new Error(`Nothing was paid for ${orderId}`);
}

function idOf({ status, body }: Answer, wanted: number): string {
  if (status !== wanted) throw new Error(`answered ${String(status)} ${JSON.stringify(body)}`);
  return String(body['id']);
}
