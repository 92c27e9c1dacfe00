import type { Instant } from '../../src/domain/instants';
import { createStripePayments } from '../../src/payments/stripe-payments';
import { createTestCustomer, openAddOnCheckout } from './customer';
import { send, startRecorder, type RecordedRequest } from './recorder';
import { startStripeMock } from './stripe-mock';
import { changeCard, createTestSubscription } from './subscription';
import { createWorld, later, type World } from './world';

/*
 * stripe-mock describes a version before the pinned one, which knows no pause and takes the anchor as text
 * (https://docs.stripe.com/changelog/endive/2026-09-30/polymorphic-billing-cycle-anchor). What is newer, the types of the
 * SDK check alone; all the rest of those requests is checked here too.
 */
const NEWER_THAN_THE_MOCK = [
  /^POST \/v1\/subscriptions\/[^/]+\/pause /,
  /^POST \/v1\/subscriptions\/[^/]+\/resume .*payment_behavior=resume_on_payment_success/,
];

function inTheOlderForm(request: RecordedRequest): RecordedRequest {
  const anchor = /billing_cycle_anchor(\[|%5B)type(\]|%5D)=/;
  return { ...request, body: request.body.replace(anchor, 'billing_cycle_anchor=') };
}

describe('every request that the adapter sends', () => {
  it('is one that Stripe describes', async () => {
    const world = await createWorld();
    const requests = await recordRequests(world);
    await world.close();
    const mock = await startStripeMock();
    if (typeof mock === 'string') {
      process.stderr.write(
        `\nSKIPPED: the check of ${String(requests.length)} requests by stripe-mock: ${mock}.\n\n`,
      );
      return;
    }
    const complaints: string[] = [];
    for (const request of requests) {
      const answer = await send(mock.url, inTheOlderForm(request), {
        Authorization: 'Bearer sk_test_123',
        'Content-Type': 'application/x-www-form-urlencoded',
      });
      const text = await answer.text();
      if (!answer.ok) complaints.push(`${request.method} ${request.path} ${request.body}: ${text}`);
    }
    mock.stop();
    expect(complaints.filter((one) => !NEWER_THAN_THE_MOCK.some((known) => known.test(one)))).toEqual([]);
  }, 300_000);
});

/** Plays every method of the port at least once, in every form that its requests can take. */
async function recordRequests(world: World): Promise<RecordedRequest[]> {
  const recorder = await startRecorder(world.url);
  const asked = new Set<string>();
  const port = createStripePayments({
    secretKey: 'sk_test_world',
    apiUrl: recorder.url,
    webhookSecrets: ['whsec_world'],
  });
  const payments = new Proxy(port, {
    get(target, name): unknown {
      asked.add(String(name));
      return Reflect.get(target, name);
    },
  });
  await playAll({ ...world, payments });
  await recorder.close();
  const methods = Object.keys(port).filter((name) => name !== 'parseWebhook');
  expect([...asked].sort()).toEqual(methods.sort());
  return unique(recorder.requests);
}

async function playAll(world: World): Promise<void> {
  const { payments } = world;
  const subscription = await createTestSubscription(world, { card: '4000000000000259' });
  const { stripeSubscriptionId, stripeCustomerId, customerId } = subscription;
  const change = (operationId: string) => ({ operationId, stripeSubscriptionId });

  await payments.expireCheckoutSession(
    (await openAddOnCheckout(world, await createTestCustomer(world))).sessionId,
  );
  await payments.upgradeSubscription({ ...change('up'), priceId: subscription.prices.pro });
  await payments.changeSubscriptionPrice({ ...change('down'), priceId: subscription.prices.standard });
  const ids = { customerId, subscriptionId: 'sub_ours' };
  await payments.adoptSubscription({ ...change('adopt'), ...ids, priceId: subscription.prices.standard });
  await payments.getSubscription(stripeSubscriptionId);
  await payments.hasCustomer(stripeCustomerId);
  await payments.scheduleCancel(change('cancel'));
  await payments.unscheduleCancel(change('keep'));
  await world.stripe.subscriptions.update(stripeSubscriptionId, { cancel_at: 'min_period_end' });
  await payments.unscheduleCancel(change('keep-2'));
  await payments.pauseSubscription(change('pause'));
  await payments.resumeSubscription({ ...change('resume'), anchor: 'unchanged' });
  await payments.pauseSubscription(change('pause-2'));
  await payments.resumeSubscription({ ...change('resume-2'), anchor: 'now' });
  await changeCard(world, subscription, 'pm_card_chargeCustomerFail');
  const refused = payments.upgradeSubscription({ ...change('up-2'), priceId: subscription.prices.pro });
  await expect(refused).rejects.toMatchObject({ code: 'payment_failed' });

  await world.advanceTo(later(world.now(), { days: 31 }));
  await payments.voidOpenInvoices(stripeSubscriptionId);
  await payments.cancelSubscription(change('end'));
  const contract = {
    contractId: 'ctr_1',
    name: 'Custom',
    price: { amountMinor: 1, currency: 'usd' },
    interval: 'month',
  } as const;
  const priceId = await payments.ensureContractPrice(contract);
  const ours = { customerId, stripeCustomerId, subscriptionId: 'sub_custom' };
  const invoiced = await payments.createInvoicedSubscription({
    ...ours,
    operationId: 'custom',
    priceId,
    daysUntilDue: 14,
  });
  const through = later(world.now(), { days: 40 });
  await payments.payOutOfBand({ stripeSubscriptionId: invoiced.stripeSubscriptionId, through });

  const paymentMethodId = (await payments.findSavedPaymentMethod(stripeCustomerId)) ?? 'pm_card_visa';
  const order = {
    operationId: 'top-up',
    orderId: 'ord_1',
    amount: { amountMinor: 9000, currency: 'usd' },
    description: '1,000 credits',
  };
  await expect(payments.chargeOffSession({ ...order, ...ours, paymentMethodId })).rejects.toMatchObject({
    code: 'payment_failed',
  });
  await payments.createPortalSession({ stripeCustomerId, returnUrl: 'https://example.com' });

  const since = '2026-01-01T00:00:00.000Z' as Instant;
  await readAll(payments.listPaidInvoices(since));
  const [oldest] = (await payments.listSubscriptionInvoices(stripeSubscriptionId)).slice(-1);
  const { paymentIntentId } = await payments.getInvoice(oldest!.invoiceId);
  const [dispute] = (await world.stripe.disputes.list({ payment_intent: paymentIntentId! })).data;
  await world.stripe.disputes.update(dispute!.id, { evidence: { uncategorized_text: 'winning_evidence' } });
  await payments.refundPayment({ operationId: 'give-back', paymentIntentId: paymentIntentId! });
  for await (const withdrawal of payments.listWithdrawals(since)) {
    const { payment } = await payments.getWithdrawal(withdrawal);
    if (payment !== null) await payments.getPayment(payment.paymentIntentId);
  }
  await payments.deleteCustomer(
    await payments.createCustomer({ customerId: 'cus_gone', email: null, name: null }),
  );
  await readAll(payments.listEvents(since));
  await readAll(payments.listCompleteSessions(since));
  await readAll(payments.listPayments(since));
  await readAll(payments.listSubscriptions());
  await payments.findInvoiceOfPayment(paymentIntentId!);
  await payments.getGivenBack({ paymentIntentId, invoiceId: oldest!.invoiceId });
}

async function readAll<T>(list: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of list) items.push(item);
  return items;
}

function unique(requests: readonly RecordedRequest[]): RecordedRequest[] {
  return [...new Map(requests.map((request) => [JSON.stringify(request), request])).values()];
}
