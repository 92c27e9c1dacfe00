import { WithStartWorkflowOperation } from '@temporalio/client';
import { recordLateJob } from '../../src/activities/spends/record-late-job';
import { resumeErasures } from '../../src/chores/resume-erasures';
import { credits } from '../../src/domain/credits';
import type { ErasureStanding } from '../../src/domain/erasures/erasure';
import { fingerprintOf } from '../../src/platform/fingerprint';
import { newId } from '../../src/platform/ids';
import { getRecordedCustomer } from '../../src/store/customers';
import { findJob } from '../../src/store/jobs';
import { findSpend } from '../../src/store/spends';
import { getSubscription } from '../../src/store/subscriptions';
import { erasureWorkflowId } from '../../src/domain/keys';
import { ERASURE_WORKFLOW, eraseUpdate, erasureStart } from '../../src/workflows/erasures/messages';
import { setAutoTopUpUpdate, TOP_UP_WORKFLOW, topUpStart } from '../../src/workflows/top-ups/messages';
import { order } from './add-ons';
import { deliverToInbox } from './inbox';
import { generating, reserve, spendOf, spendToTheEnd } from './spends';
import { payAt, stripeOf } from './stripe';
import { openStripeHouse, until, type StripeHouse } from './stripe-house';
import { journalOf, open, openAndPay } from './subscriptions';
import { expectThreeProperties } from './three-properties';

describe('erasing a customer', () => {
  let house: StripeHouse;

  beforeAll(async () => {
    house = await openStripeHouse();
  });

  afterAll(async () => {
    await house.stop();
  });

  const ask = (customerId: string, end = false): Promise<ErasureStanding> =>
    house.client.workflow.executeUpdateWithStart(eraseUpdate, {
      args: [{ end }],
      startWorkflowOperation: new WithStartWorkflowOperation(ERASURE_WORKFLOW, erasureStart({ customerId })),
    });
  const erased = async (customerId: string) =>
    (await getRecordedCustomer(house.db, customerId)).erasedAt !== null;
  const subscriber = async (plan: (workflowId: string) => void = () => undefined) => {
    const customerId = await house.newCustomer(10);
    const { id, checkoutUrl } = await open(house, customerId, { onStart: plan });
    await payAt(checkoutUrl);
    await deliverToInbox(house);
    await until(async () => (await getSubscription(house.db, id)).status === 'active');
    return { customerId, subscriptionId: id };
  };
  const setTopUp = (customerId: string) =>
    house.client.workflow.executeUpdateWithStart(setAutoTopUpUpdate, {
      args: [{ threshold: credits(1), pack: 'add_on_1000', quantity: 1, monthlyMaximum: 1 }],
      startWorkflowOperation: new WithStartWorkflowOperation(TOP_UP_WORKFLOW, topUpStart(customerId)),
    });
  const placeHold = async (customerId: string, expected = 'applied') => {
    const holdId = newId('hld');
    const { outcome } = await house.deps.ledger.submit({
      op: 'hold',
      key: `${holdId}/hold`,
      fingerprint: fingerprintOf({ holdId }),
      walletId: customerId,
      effectiveAt: await house.deps.clock.now(),
      holdId,
      credits: credits(1),
      action: 'external',
      reference: 'a hold',
      reason: 'a hold',
    });
    expect(outcome).toBe(expected);
    return holdId;
  };

  it('names everything that is in the way and changes nothing', async () => {
    const { customerId, subscriptionId } = await subscriber();
    await setTopUp(customerId);
    const holdId = await placeHold(customerId);
    const { id: orderId } = await order(house, customerId, 1);
    const spend = spendOf(customerId, 'slow', generating('a slow harbour [studio: delay=3s]'));
    await reserve(house, spend);
    const standing = await ask(customerId);
    expect(standing).toEqual({
      outcome: 'blocked',
      blockers: [
        { kind: 'subscription', id: subscriptionId, status: 'active', plan: 'standard' },
        { kind: 'auto_top_up', id: customerId },
        { kind: 'spend', id: spend.spendId, status: expect.any(String) as string, action: 'generate_images' },
        { kind: 'add_on', id: orderId, status: 'pending' },
        { kind: 'hold', id: holdId, credits: 1 },
      ],
    });
    expect(await getRecordedCustomer(house.db, customerId)).toMatchObject({
      erasingAt: null,
      erasedAt: null,
    });

    // And with all of it to end: running work is delivered and paid for first.
    expect(await ask(customerId, true)).toMatchObject({ outcome: 'erasing' });
    const late = spendOf(customerId, 'late', generating('a late harbour'));
    expect(await reserve(house, late)).toMatchObject({ outcome: 'refused', code: 'state_conflict' });
    await expect(placeHold(customerId)).rejects.toMatchObject({ constraint: 'customer_erased' });
    await until(() => erased(customerId));
    expect(await findSpend(house.db, spend.spendId)).toMatchObject({ status: 'succeeded', captured: 1 });
    expect((await getSubscription(house.db, subscriptionId)).status).toBe('canceled');
    expect(await journalOf(house, customerId)).toEqual([
      'grant 10',
      'grant 500',
      'hold 1',
      'hold 1',
      'release 1',
      'capture 1',
    ]);
    expect(await ask(customerId)).toEqual({ outcome: 'erased' });
  });

  it('writes down nothing more of what the provider says later', async () => {
    const customerId = await house.newCustomer(10);
    const spend = spendOf(customerId, 'done', generating('a harbour'));
    await spendToTheEnd(house, spend);
    const before = await findJob(house.db, spend.spendId);
    expect(before?.lastObject).toMatchObject({ status: 'succeeded' });
    await ask(customerId);
    await recordLateJob(house.deps, spend.spendId);
    expect((await findJob(house.db, spend.spendId))?.lastObject).toBeNull();
  });

  it('lets nothing begin for who is erased, and lets their money find the wallet', async () => {
    const { customerId, subscriptionId } = await subscriber();
    const stripeCustomer = (await getRecordedCustomer(house.db, customerId)).stripeCustomerId!;
    await ask(customerId, true);
    await until(() => erased(customerId));
    const merchant = stripeOf(house.stripeUrl);
    expect(await merchant.customers.retrieve(stripeCustomer)).toMatchObject({ deleted: true });
    await expect(openAndPay(house, customerId)).rejects.toThrow(/No customer/);
    await expect(
      house.db('app.portal_sessions').insert({
        token_hash: Buffer.from('a'),
        customer_id: customerId,
        created_at: new Date(),
        expires_at: new Date(),
      }),
    ).rejects.toMatchObject({ constraint: 'customer_erased' });

    const payment = await house
      .db<{ subscription_id: string; stripe_payment_intent_id: string }>('app.payments')
      .where({ subscription_id: subscriptionId })
      .first();
    await merchant.refunds.create({ payment_intent: payment!.stripe_payment_intent_id });
    await deliverToInbox(house);
    await until(async () => (await journalOf(house, customerId)).includes('clawback 500'));
  });

  it('ends an opening that is not paid, so that it can be paid no more', async () => {
    const customerId = await house.newCustomer(10);
    const { id, checkoutUrl } = await open(house, customerId);
    expect(await ask(customerId)).toMatchObject({
      blockers: [{ kind: 'subscription', status: 'incomplete' }],
    });
    await ask(customerId, true);
    await until(() => erased(customerId));
    await payAt(checkoutUrl);
    expect((await getSubscription(house.db, id)).status).toBe('canceled');
    const live = await stripeOf(house.stripeUrl).subscriptions.list({ status: 'all' });
    expect(live.data.filter(({ metadata }) => metadata['scrip_subscription'] === id)).toEqual([]);
  });

  it('is taken up again when its workflow is gone', async () => {
    const customerId = await house.newCustomer(10);
    await reserve(house, spendOf(customerId, 'slow', generating('a harbour [studio: delay=1s]')));
    await ask(customerId, true);
    await house.client.workflow.getHandle(erasureWorkflowId(customerId)).terminate('as if it were lost');
    await house
      .db('app.customers')
      .where({ id: customerId })
      .update({ erasing_at: new Date(Date.now() - 3_600_000) });
    await resumeErasures.run(house.deps, await house.deps.clock.now());
    await until(() => erased(customerId));
  });

  it('ends erased, and the same, whatever step fails or runs twice', async () => {
    const run = async (name: string, plan: (workflowId: string) => void) => {
      const { customerId } = await subscriber();
      plan(erasureWorkflowId(customerId));
      const spend = spendOf(customerId, name, generating(`a harbour named ${name}`));
      await spendToTheEnd(house, spend);
      await placeHold(customerId);
      await ask(customerId, true);
      expect(await house.client.workflow.getHandle(erasureWorkflowId(customerId)).result()).toBe('erased');
      expect(await erased(customerId)).toBe(true);
      const { input } = (await findSpend(house.db, spend.spendId))!;
      return { input, journal: await journalOf(house, customerId) };
    };
    const steps = ['beginErasure', 'endWhatRuns', 'eraseWorks', 'eraseAtStripe', 'eraseCustomer'] as const;
    const calm = await expectThreeProperties(house.faults, { steps, run });
    expect(calm.input).toEqual({ modelId: expect.any(String) as string, count: 1, seed: 7 });
  });
});
