import type Stripe from 'stripe';
import type { UpdateDefinition } from '@temporalio/common';
import { audit } from '../../src/audit/ledger/audit-ledger';
import { credits } from '../../src/domain/credits';
import { epochMsOf, instantOf, type Instant } from '../../src/domain/instants';
import { getBalance } from '../../src/ledger/get-balance';
import { listStatement } from '../../src/ledger/list-statement';
import { newId } from '../../src/platform/ids';
import { dueOf } from '../../src/store/allowances';
import { parseCatalog } from '../../src/store/catalogs/read-catalog';
import { customerRecord } from '../../src/store/customers';
import { priceAndPublishCatalog } from '../../src/store/price-catalog';
import { getSubscription, hadTrial } from '../../src/store/subscriptions';
import { writeRecords } from '../../src/store/write-records';
import type { CommandAnswer } from '../../src/workflows/messages';
import {
  cancelUpdate,
  changePlanUpdate,
  pauseUpdate,
  resumeUpdate,
} from '../../src/workflows/subscriptions/messages';
import { payAt, stripeOf } from './stripe';
import { command, open } from './subscriptions';
import { openTimeHouse, type TimeHouse } from './time-house';

const VERSION = 'grants-1';

const CATALOG = `
version: ${VERSION}
plans:
  visitor:
    { name: Visitor, rank: 0, sold: default, grants: [{ id: daily, credits: 5, every: day, expires: P1D, upTo: 5 }] }
  club:
    name: Club
    rank: 1
    sold: checkout
    prices: { month: { eur: 1001, trialDays: 14 } }
    grants:
      - { id: kept, credits: 100, every: month }
      - { id: fresh, credits: 50, every: month, expires: P10D }
      - { id: capped, credits: 30, every: month, upTo: 40 }
      - { id: hello, credits: 7, every: once }
  guild:
    { name: Guild, rank: 2, sold: checkout, prices: { month: { eur: 3000 } }, grants: [{ id: kept, credits: 400, every: month }, { id: hello, credits: 7, every: once }] }
actions:
  work: { price: 1, runs: nothing }
policies: { contactAddress: sales@scrip.example, graceHours: 3, royaltyBasisPoints: 0, jobDeadlineMinutes: 60, licenseTerms: none, addOnQuantityMax: 1 }
`;

describe('the grants of a catalog', () => {
  let house: TimeHouse;
  let stripe: Stripe;
  let stopWorkers: () => Promise<void>;
  let commands = 0;

  beforeAll(async () => {
    house = await openTimeHouse();
    stripe = stripeOf(house.stripeUrl);
    const catalog = parseCatalog(CATALOG);
    const now = await house.now();
    await house.asOwner((owner) => priceAndPublishCatalog(owner, house.deps.payments, catalog, now));
    stopWorkers = await house.startWorkers();
  });

  afterAll(async () => {
    await stopWorkers();
    await house.stop();
  });

  const newcomer = async () => {
    const id = newId('cus');
    const createdAt = await house.now();
    await writeRecords(house.db, [
      customerRecord({ id, externalId: id, email: null, name: null, createdAt }),
    ]);
    return id;
  };
  const subscriber = async ({
    plan = 'club',
    trialDays = 0,
    customerId = '',
    card = '4242424242424242',
  } = {}) => {
    const owner = customerId === '' ? await newcomer() : customerId;
    const { id, checkoutUrl } = await open(house, owner, { plan, trialDays, catalogVersion: VERSION });
    await payAt(checkoutUrl, card);
    await house.pass(0);
    return { customerId: owner, id };
  };
  const row = (id: string) => getSubscription(house.db, id);
  const past = (instant: Instant | null, hours = 2) =>
    house.advanceTo(instantOf(epochMsOf(instant!) + hours * 3_600_000));
  const tell = <Args extends [unknown?]>(
    id: string,
    update: UpdateDefinition<CommandAnswer, Args>,
    ...args: Args
  ) => {
    commands += 1;
    return command(house, id, update, { id: `command-${String(commands)}`, args });
  };
  const grantsOf = async (customerId: string) => {
    const { data } = await listStatement(house.db, customerId, { limit: 100 });
    return data
      .filter(({ code }) => code === 'grant')
      .map((entry) => entry.credits)
      .reverse();
  };
  const balance = async (customerId: string) => {
    const at = await house.now();
    return getBalance(house.db, customerId, undefined, await dueOf(house.deps.allowancesOf, customerId, at));
  };
  const spend = async (customerId: string, amount: number) => {
    const id = newId('hld');
    const effectiveAt = await house.now();
    return house.deps.ledger.submit({
      op: 'hold',
      key: `${id}/hold`,
      fingerprint: id,
      walletId: customerId,
      holdId: id,
      credits: credits(amount),
      action: 'external',
      capture: true,
      effectiveAt,
      reason: 'Work',
    });
  };
  const sound = async () => {
    const { checks } = await audit(house.db, {
      checkedAt: await house.now(),
      hasLiveWorkflow: () => Promise.resolve(true),
    });
    return checks.filter(({ ok }) => !ok);
  };

  it('of one cycle come together, each to its own end and limit, and what comes once comes with the first', async () => {
    const { customerId, id } = await subscriber();
    // Whoever had no subscription yet got the credits of the day first.
    expect((await grantsOf(customerId)).filter((one) => one !== 5)).toEqual([100, 50, 30, 7]);
    const { lots } = await balance(customerId);
    expect(lots.filter(({ expiresAt }) => expiresAt !== null).map(({ amount }) => amount)).toContain(50);
    await past((await row(id)).currentPeriodEnd);
    expect((await grantsOf(customerId)).filter((one) => one !== 5)).toEqual([100, 50, 30, 7, 100, 50, 10]);
    expect((await row(id)).nextGrantCredits).toBe(180);
    const { rows } = await house.db.raw<{ rows: { cost: number }[] }>(
      `SELECT sum(cost_minor)::integer AS cost FROM ledger.lots WHERE wallet_id = ?`,
      [customerId],
    );
    expect(rows).toEqual([{ cost: 2 * 1001 }]);
    expect(await sound()).toEqual([]);
  }, 120_000);

  it('that a refund takes back are no more than they brought', async () => {
    const { customerId, id } = await subscriber();
    await past((await row(id)).currentPeriodEnd);
    const invoices = await stripe.invoices.list({
      subscription: (await row(id)).stripeSubscriptionId!,
      limit: 10,
    });
    const latest = await stripe.invoices.retrieve(invoices.data[0]!.id, { expand: ['payments'] });
    const intent = latest.payments!.data[0]!.payment.payment_intent as string;
    const before = (await balance(customerId)).total;
    await stripe.refunds.create({ payment_intent: intent });
    await house.pass(0);
    // Of the third grant only 10 had come, up to its limit.
    expect((await balance(customerId)).total).toBe(before - 160);
    expect(await sound()).toEqual([]);
  }, 120_000);

  it('of a day come with the first command, once, do not add up, and are seen before', async () => {
    const customerId = await newcomer();
    expect((await balance(customerId)).available).toBe(5);
    expect(await grantsOf(customerId)).toEqual([]);
    expect((await spend(customerId, 2)).outcome).toBe('applied');
    expect((await balance(customerId)).available).toBe(3);
    await house.pass(1);
    expect((await balance(customerId)).available).toBe(5);
    await house.pass(1);
    expect((await spend(customerId, 6)).outcome).toBe('insufficient_credits');
    expect((await spend(customerId, 5)).outcome).toBe('applied');
    expect((await spend(customerId, 1)).outcome).toBe('insufficient_credits');
    expect((await grantsOf(customerId)).every((one) => one <= 5)).toBe(true);
    expect(await sound()).toEqual([]);
  }, 120_000);

  it('of a day that is over are not made up for by what is written late', async () => {
    const customerId = await newcomer();
    const yesterday = await house.now();
    await house.pass(1);
    const late = await house.deps.ledger.submit({
      op: 'grant',
      key: `adjustment:${customerId}`,
      fingerprint: 'late',
      walletId: customerId,
      grantId: newId('grt'),
      source: 'goodwill',
      credits: credits(40),
      cost: null,
      expiresAt: null,
      effectiveAt: yesterday,
      reason: 'Learned of late',
    });
    expect(late).toMatchObject({ outcome: 'applied', reply: { available: 40 } });
    expect((await spend(customerId, 1)).outcome).toBe('applied');
    expect(await grantsOf(customerId)).toEqual([40, 5]);
    expect(await sound()).toEqual([]);
  }, 120_000);

  it('of a trial come without money, and the first payment begins a period of its own', async () => {
    const { customerId, id } = await subscriber({ trialDays: 14 });
    const trial = await row(id);
    expect(trial).toMatchObject({ status: 'active', nextGrantAt: trial.paidThrough, nextGrantCredits: 180 });
    expect(epochMsOf(trial.paidThrough!) - epochMsOf(trial.anchorAt!)).toBe(14 * 86_400_000);
    expect(await hadTrial(house.db, customerId, 'club')).toBe(true);
    expect(await hadTrial(house.db, customerId, 'guild')).toBe(false);
    await past(trial.paidThrough);
    expect((await grantsOf(customerId)).filter((one) => one !== 5)).toEqual([100, 50, 30, 7, 100, 50, 10]);
    expect(await row(id)).toMatchObject({ status: 'active', anchorAt: trial.paidThrough, era: 1 });
    expect(await sound()).toEqual([]);
  }, 120_000);

  it('of a trial are the last when nobody pays at its end', async () => {
    const { customerId, id } = await subscriber({ trialDays: 14, card: '4000000000000341' });
    const before = await grantsOf(customerId);
    await past((await row(id)).paidThrough, 26);
    expect((await row(id)).status).toBe('past_due');
    expect(await grantsOf(customerId)).toEqual(before);
    await house.pass(40);
    expect((await row(id)).status).toBe('canceled');
    expect(await grantsOf(customerId)).toEqual(before);
  }, 120_000);

  it('follow a trial that is changed, canceled or kept after all as they do any paid time', async () => {
    const changed = await subscriber({ trialDays: 14 });
    expect(await tell(changed.id, changePlanUpdate, { plan: 'guild' })).toEqual({ outcome: 'done' });
    expect(await row(changed.id)).toMatchObject({
      plan: 'club',
      pendingPlan: 'guild',
      nextGrantCredits: 400,
    });
    const canceled = await subscriber({ trialDays: 14 });
    const { paidThrough } = await row(canceled.id);
    expect(await tell(canceled.id, cancelUpdate, { when: 'period_end' })).toEqual({ outcome: 'done' });
    expect(await row(canceled.id)).toMatchObject({ status: 'active', cancelAt: paidThrough });
    const kept = await subscriber({ trialDays: 14 });
    expect(await tell(kept.id, pauseUpdate)).toMatchObject({ outcome: 'refused', code: 'state_conflict' });
    expect(await tell(kept.id, cancelUpdate, { when: 'period_end' })).toEqual({ outcome: 'done' });
    expect(await tell(kept.id, resumeUpdate)).toEqual({ outcome: 'done' });
    await past((await row(kept.id)).paidThrough);
    expect((await grantsOf(changed.customerId)).at(-1)).toBe(400);
    expect((await grantsOf(canceled.customerId)).filter((one) => one !== 5)).toEqual([100, 50, 30, 7]);
    expect((await row(canceled.id)).status).toBe('canceled');
    expect((await grantsOf(kept.customerId)).filter((one) => one !== 5)).toEqual([
      100, 50, 30, 7, 100, 50, 10,
    ]);
    expect(await sound()).toEqual([]);
  }, 120_000);
});
