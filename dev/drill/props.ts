import { defaultPayloadConverter } from '@temporalio/common';
import { packForSale, pictureForSale, planForSale } from './for-sale';
import type { Stage } from './stage';

/** What troubles are made of. */

/** A spend on a picture that takes the provider so long (`30s`); answers its id once the provider has begun. */
export async function longSpend(stage: Stage, customerId: string, takes: string): Promise<string> {
  const models = await stage.call('GET', '/v1/models?visibility=public');
  const [model] = models['data'] as readonly { readonly id: string }[];
  const input = { modelId: model?.id, prompt: `a harbour at night [studio: delay=${takes}]`, count: 2 };
  const action = await pictureForSale(stage);
  const spend = await stage.call('POST', '/v1/spends', { customerId, action, input });
  const id = String(spend['id']);
  await stage.until(`${id} runs`, async () => (await statusOf(stage, `/v1/spends/${id}`)) === 'running');
  return id;
}

/** An open subscription that waits for its checkout. */
export async function openSubscription(
  stage: Stage,
  customerId: string,
): Promise<{ readonly id: string; readonly checkoutUrl: string }> {
  const opened = await stage.call('POST', '/v1/subscriptions', {
    customerId,
    plan: await planForSale(stage),
    interval: 'month',
  });
  return { id: String(opened['id']), checkoutUrl: String(opened['checkoutUrl']) };
}

/** A subscription that is paid and active. */
export async function subscribe(stage: Stage, customerId: string): Promise<string> {
  const { id, checkoutUrl } = await openSubscription(stage, customerId);
  await stage.pay(checkoutUrl);
  await stage.until(
    `${id} is active`,
    async () => (await statusOf(stage, `/v1/subscriptions/${id}`)) === 'active',
  );
  return id;
}

interface OrderedPack {
  readonly id: string;
  readonly customerId: string;
  readonly checkoutUrl: string;
  /** Its checkout, as it is found in Stripe's dashboard. */
  readonly sessionId: string;
}

/** An order of a pack by a new subscriber, with its checkout open. */
export async function orderPack(stage: Stage): Promise<OrderedPack> {
  const customerId = await stage.newCustomer();
  await subscribe(stage, customerId);
  const order = await stage.call('POST', '/v1/add-ons', {
    customerId,
    packId: await packForSale(stage),
    quantity: 1,
  });
  const id = String(order['id']);
  for await (const session of stage.stripe.checkout.sessions.list({ limit: 100 })) {
    if (session.metadata?.['scrip_order'] !== id) continue;
    return { id, customerId, checkoutUrl: String(order['checkoutUrl']), sessionId: session.id };
  }
  throw new Error(`${id} has no checkout at Stripe`);
}

/** The last trouble that the work of a spend tells of in its heartbeat details; `none` where it tells of none. */
export async function troubleOf(stage: Stage, workflowId: string): Promise<string> {
  const { raw } = await stage.temporal.workflow.getHandle(workflowId).describe();
  const [told] = raw.pendingActivities?.[0]?.heartbeatDetails?.payloads ?? [];
  if (told === undefined) return 'none';
  return defaultPayloadConverter.fromPayload<{ readonly lastTrouble: string }>(told).lastTrouble;
}

/** The customer at Stripe. */
export async function stripeCustomerOf(stage: Stage, customerId: string): Promise<string> {
  for await (const customer of stage.stripe.customers.list({ limit: 100 })) {
    if (customer.metadata['scrip_customer'] === customerId) return customer.id;
  }
  throw new Error(`${customerId} is not at Stripe`);
}

export async function statusOf(stage: Stage, path: string): Promise<string> {
  return String((await stage.call('GET', path))['status']);
}

/** Whether an alarm about something rings. */
export async function isRinging(stage: Stage, subject: string): Promise<boolean> {
  const { data } = await stage.call('GET', '/v1/alarms?limit=100');
  return (data as readonly { readonly subject: string }[]).some((alarm) => alarm.subject === subject);
}
