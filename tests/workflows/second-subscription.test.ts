import { epochMsOf, instantOf } from '../../src/domain/instants';
import { listStatement, type StatementEntry } from '../../src/ledger/list-statement';
import { newId } from '../../src/platform/ids';
import { claimActivation } from '../../src/store/subscription-claims';
import { getSubscription, type Subscription } from '../../src/store/subscriptions';
import { subscriptionWorkflowId } from '../../src/domain/keys';
import { lookAgainUpdate, recordPaymentUpdate } from '../../src/workflows/subscriptions/messages';
import { deliverToInbox } from './inbox';
import { payAt, stripeOf } from './stripe';
import { openTimeHouse, type TimeHouse } from './time-house';
import { command, journalOf, open } from './subscriptions';

const DAY_MS = 86_400_000;

interface AlarmRow {
  kind: string;
  subject: string;
  todo: string;
  ended_at: string | null;
}

describe('a second subscription that is paid for', () => {
  let house: TimeHouse;
  let stopWorkers: () => Promise<void>;

  beforeAll(async () => {
    house = await openTimeHouse();
    stopWorkers = await house.startWorkers();
  });

  afterAll(async () => {
    await stopWorkers();
    await house.stop();
  });

  const statusOf = async ({ id }: Pick<Subscription, 'id'>) => (await getSubscription(house.db, id)).status;
  const alarmOf = ({ id }: Pick<Subscription, 'id'>) =>
    house.db<AlarmRow>('app.alarms').where({ kind: 'second_subscription', subject: id }).first();
  const noticesOf = (customerId: string) =>
    house.db<{ customer_id: string; code: string; reason: string }>('app.notices').where({
      customer_id: customerId,
    });
  const refundsOf = async ({ stripeSubscriptionId }: Subscription) => {
    const stripe = stripeOf(house.stripeUrl);
    const { data } = await stripe.invoices.list({
      subscription: stripeSubscriptionId!,
      expand: ['data.payments'],
    });
    const intents = data.flatMap(({ payments }) => (payments?.data ?? []).map(({ payment }) => payment));
    const refunds = await Promise.all(
      intents.map(({ payment_intent: intent }) =>
        stripe.refunds.list({ payment_intent: intent as string }).then((list) => list.data),
      ),
    );
    return refunds.flat();
  };
  /** Two that are open at once, as if the first had never been asked to give way. */
  const openTwo = async (card?: string) => {
    const customerId = await house.newCustomer(1);
    const first = await open(house, customerId);
    const rows = house.db<{ id: string; status: string }>('app.subscriptions');
    await rows.where({ id: first.id }).update({ status: 'canceled' });
    const second = await open(house, customerId, { plan: 'pro' });
    await payAt(first.checkoutUrl);
    await payAt(second.checkoutUrl, card);
    return { customerId, first, second };
  };
  const sorted = async (pair: { first: Subscription; second: Subscription }) => {
    const all = [pair.first, pair.second];
    const live = await Promise.all(all.map(statusOf));
    expect([...live].sort()).toEqual(['active', 'canceled']);
    const [kept, lost] = live[0] === 'active' ? all : [...all].reverse();
    return {
      kept: await getSubscription(house.db, kept!.id),
      lost: await getSubscription(house.db, lost!.id),
    };
  };

  it('is canceled and refunded, grants nothing, and both are told until the money has arrived', async () => {
    const pair = await openTwo();
    await house.pass(0);
    const { kept, lost } = await sorted(pair);
    expect(await journalOf(house, pair.customerId)).toContain(`grant ${kept.plan === 'pro' ? 1000 : 500}`);
    expect((await journalOf(house, pair.customerId)).filter((row) => row.startsWith('grant'))).toHaveLength(
      2,
    );
    expect(await refundsOf(kept)).toEqual([]);
    expect(await refundsOf(lost)).toMatchObject([{ status: 'succeeded', reason: 'duplicate' }]);
    const atStripe = await stripeOf(house.stripeUrl).subscriptions.retrieve(lost.stripeSubscriptionId!);
    expect(atStripe.status).toBe('canceled');
    expect(await noticesOf(pair.customerId)).toMatchObject([{ code: 'duplicate_refunded' }]);
    expect(await alarmOf(lost)).toMatchObject({ ended_at: null });
    expect((await alarmOf(lost))!.todo).toContain('was refunded and reaches the customer within 10 days');
    await assertTold(pair.customerId, lost);

    await deliverToInbox(house);
    await house.pass(9);
    expect(await alarmOf(lost)).toMatchObject({ ended_at: null });
    await house.pass(1.5);
    expect((await alarmOf(lost))!.ended_at).not.toBeNull();
    const handle = house.client.workflow.getHandle(subscriptionWorkflowId(lost.id));
    expect((await handle.describe()).status.name).toBe('COMPLETED');
    expect((await journalOf(house, pair.customerId)).filter((row) => !row.startsWith('grant'))).toEqual([
      'duplicate_refunded 0',
    ]);
  });

  it('whose refund fails calls a person until it has been given back by hand', async () => {
    const customerId = await house.newCustomer(1);
    const first = await open(house, customerId);
    await payAt(first.checkoutUrl);
    await house.pass(0);
    const { id } = await openBeside(customerId, '4000000000005126');
    await house.pass(1);
    const lost = await getSubscription(house.db, id);
    expect(lost.status).toBe('canceled');
    expect(await refundsOf(lost)).toMatchObject([{ status: 'failed' }]);
    expect((await alarmOf(lost))!.todo).toContain('give it back by hand');
    await house.pass(15);
    expect(await alarmOf(lost)).toMatchObject({ ended_at: null });

    const [failed] = await refundsOf(lost);
    await stripeOf(house.stripeUrl).refunds.create({ payment_intent: failed!.payment_intent as string });
    const look = () => command(house, id, lookAgainUpdate, { id: newId('req'), args: [] });
    expect(await look()).toEqual({ outcome: 'done' });
    expect((await alarmOf(lost))!.todo).toContain('was refunded');
    // The bank sends that one back, too.
    await house.pass(1);
    expect((await alarmOf(lost))!.todo).toContain('give it back by hand');
  });

  it('by a bank debit is refunded when the bank has brought the money, days later', async () => {
    const customerId = await house.newCustomer(1);
    const first = await open(house, customerId);
    await payAt(first.checkoutUrl);
    await house.pass(0);
    const { id, checkoutUrl } = await openBeside(customerId);
    await payByDebit(checkoutUrl, 'AT321904300235473204');
    await house.pass(4);
    expect(await alarmOf({ id })).toBeUndefined();
    await house.pass(3);
    const lost = await getSubscription(house.db, id);
    expect(lost.status).toBe('canceled');
    expect(await refundsOf(lost)).toMatchObject([{ status: 'succeeded' }]);
    expect(await alarmOf(lost)).toMatchObject({ ended_at: null });
    expect(await statusOf(first)).toBe('active');
  });

  it('is not opened beside a debit that is under way, and may be once that has failed', async () => {
    const customerId = await house.newCustomer(1);
    const first = await open(house, customerId);
    await payByDebit(first.checkoutUrl, 'AT051904300235473205');
    await expect(open(house, customerId)).rejects.toThrow('has just paid for');
    // Soon afterwards Stripe tries it again.
    await house.pass(5.05);
    const second = await open(house, customerId);
    expect(await statusOf(first)).toBe('canceled');
    await payAt(second.checkoutUrl);
    await house.pass(0);
    expect(await statusOf(second)).toBe('active');
  });

  it('is seen to the end although every step on the way fails once or loses its answer', async () => {
    for (const mode of ['before', 'after'] as const) {
      const customerId = await house.newCustomer(1);
      const first = await open(house, customerId);
      await payAt(first.checkoutUrl);
      await house.pass(0);
      const { id, checkoutUrl } = await openBeside(customerId);
      const workflowId = subscriptionWorkflowId(id);
      for (const activity of ['claimActivation', 'settleDuplicate', 'carryOutSubscription'] as const)
        house.faults.plan(workflowId, activity, mode);
      await payAt(checkoutUrl);
      await house.pass(0.1);
      expect(await refundsOf(await getSubscription(house.db, id))).toMatchObject([{ status: 'succeeded' }]);
      expect(await noticesOf(customerId)).toHaveLength(1);
      await house.client.workflow.getHandle(workflowId).terminate('as if its history were gone');
      await command(house, id, lookAgainUpdate, { id: newId('req'), args: [] });
      await house.pass(11);
      expect((await alarmOf({ id }))!.ended_at).not.toBeNull();
      expect(await noticesOf(customerId)).toHaveLength(1);
      expect(await statusOf(first)).toBe('active');
    }
  });

  it('cannot begin with money that an operator has seen, either', async () => {
    const customerId = await house.newCustomer(1);
    const first = await open(house, customerId);
    await payAt(first.checkoutUrl);
    await house.pass(0);
    const other = await openBeside(customerId);
    const paidThrough = instantOf(epochMsOf(await house.now()) + 40 * DAY_MS);
    const args = [{ paidThrough, reference: 'cheque' }] as const;
    const answer = await command(house, other.id, recordPaymentUpdate, { id: newId('req'), args: [...args] });
    expect(answer).toMatchObject({ outcome: 'refused', code: 'state_conflict' });
    expect(await statusOf(other)).toBe('incomplete');
    await command(house, other.id, lookAgainUpdate, { id: newId('req'), args: [] });
  });

  it('is refused the claim until its holder was canceled after it claimed', async () => {
    const customerId = await house.newCustomer(1);
    const { id } = await open(house, customerId);
    const claim = { customerId, subscriptionId: id, revision: 1 };
    expect(await claimActivation(house.db, claim)).toBeNull();
    const other = { customerId, subscriptionId: 'sub_other', revision: 1 };
    expect(await claimActivation(house.db, other)).toBe(id);
    const rows = () => house.db<{ id: string; status: string; revision: number }>('app.subscriptions');
    await rows().where({ id }).update({ status: 'canceled' });
    expect(await claimActivation(house.db, other)).toBe(id);
    await rows().where({ id }).update({ revision: 2 });
    expect(await claimActivation(house.db, { ...claim, revision: 2 })).toBeNull();
    expect(await claimActivation(house.db, other)).toBe(id);
    await rows().where({ id }).update({ revision: 3 });
    expect(await claimActivation(house.db, other)).toBeNull();
    expect(await claimActivation(house.db, { ...claim, revision: 3 })).toBe('sub_other');
  });

  /** In the statement, once, with the numbers as they stand, and at its place however small the pages are. */
  async function assertTold(customerId: string, lost: Subscription): Promise<void> {
    const { data } = await listStatement(house.db, customerId, { limit: 100 });
    const told = data.filter(({ code }) => code === 'duplicate_refunded');
    const price = lost.plan === 'pro' ? 'USD 45.00' : 'USD 25.00';
    const reason = expect.stringContaining(`${price} paid for a second subscription`) as string;
    expect(told).toMatchObject([{ credits: 0, subscriptionId: lost.id, reason }]);
    const around = data.slice(data.indexOf(told[0]!), data.indexOf(told[0]!) + 2);
    expect(new Set(around.map(({ available }) => available)).size).toBe(1);
    const paged: StatementEntry[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await listStatement(house.db, customerId, { limit: 1, cursor });
      paged.push(...page.data);
      cursor = page.nextCursor;
    }
    expect(paged).toEqual(data);
    expect(paged.map(({ at }) => at)).toEqual(
      paged
        .map(({ at }) => at)
        .sort()
        .reverse(),
    );
  }

  async function payByDebit(page: string | null, iban: string): Promise<void> {
    const body = new URLSearchParams({ iban });
    await fetch(String(page), { method: 'POST', body, redirect: 'manual' });
  }

  /** A page that the customer pays although another subscription is live: opened while that one was hidden. */
  async function openBeside(customerId: string, card?: string): Promise<Subscription> {
    const rows = () => house.db<{ customer_id: string; status: string }>('app.subscriptions');
    await rows().where({ customer_id: customerId, status: 'active' }).update({ status: 'canceled' });
    const beside = await open(house, customerId);
    await rows().where({ customer_id: customerId, status: 'canceled' }).update({ status: 'active' });
    if (card !== undefined) await payAt(beside.checkoutUrl, card);
    return beside;
  }
});
