import { grantAddOn } from '../../src/activities/add-ons/grant-add-on';
import { openAddOn } from '../../src/activities/add-ons/open-add-on';
import { carryOutSubscription } from '../../src/activities/subscriptions/carry-out-subscription';
import { openSubscription } from '../../src/activities/subscriptions/open-subscription';
import { cycleStart } from '../../src/domain/billing-calendar';
import { refusalOfPack } from '../../src/domain/catalog/buy-pack';
import type { Catalog, Interval, Plan } from '../../src/domain/catalog/catalog';
import { planOrDefault } from '../../src/domain/catalog/plans';
import { credits } from '../../src/domain/credits';
import { plusMs } from '../../src/domain/instants';
import type { PaidInterval } from '../../src/domain/subscriptions/paid-cycles';
import { contractGrantsOf, planGrantsOf, soldCycle } from '../../src/domain/subscriptions/plan-grants';
import { step } from '../../src/domain/subscriptions/subscription';
import { newId } from '../../src/platform/ids';
import { getAddOnOrder } from '../../src/store/add-on-orders';
import { getCustomerPlan } from '../../src/store/customer-plan';
import { balanceOf, type CatalogHouse } from './catalog-house';
import { count, type Chances } from './chances';

const DAY_MS = 86_400_000;

interface Sale {
  readonly catalog: Catalog;
  readonly plan: Plan;
  readonly customerId: string;
}

/** Opens a checkout or a contract at Stripe, and has it paid. Answers false where the plan is sold to nobody new. */
export async function subscribeTo(house: CatalogHouse, sale: Sale, chances: Chances): Promise<boolean> {
  const { catalog, plan, customerId } = sale;
  if (plan.sold === 'no') return false;
  const { deps } = house;
  const at = house.now();
  const terms = plan.sold === 'contract' ? await contractOf(house, sale) : priceOf(plan, chances);
  const { interval, money, trialDays } = terms;
  const subscriptionId = newId('sub');
  const { answer, state } = await openSubscription(deps, {
    opening: {
      subscriptionId,
      customerId,
      plan: plan.id,
      interval,
      currency: money.currency,
      collection: plan.sold === 'contract' ? 'invoice' : 'checkout',
      catalogVersion: catalog.version,
      successUrl: null,
      cancelUrl: null,
      ...(trialDays > 0 && { trialDays }),
      ...(terms.contract !== undefined && { contract: terms.contract }),
    },
    at,
  });
  expect(answer).toEqual({ outcome: 'opened' });
  if (state === null) throw new Error('it was opened without a state');
  const months = interval === 'year' ? 12 : 1;
  const grants =
    terms.contract === undefined ? planGrantsOf(plan) : contractGrantsOf(plan, terms.contract.credits);
  const payment: PaidInterval = {
    paymentId: `in_${subscriptionId}`,
    plan: plan.id,
    start: at,
    end: trialDays > 0 ? plusMs(at, trialDays * DAY_MS) : cycleStart(at, months),
    ...soldCycle(grants),
    paid: trialDays > 0 ? { ...money, amountMinor: 0 } : money,
    paidAt: at,
    beginsEra: true,
    ...(trialDays > 0 && { trial: true }),
  };
  const paid = step(state, { type: 'paid', at, payment, stripeSubscriptionId: newId('sub') });
  const carryOut = () =>
    carryOutSubscription(deps, {
      state: paid.state,
      movements: [paid.effects],
      payments: [{ payment, paymentIntentId: null }],
      eventIds: [],
      at,
    });
  await carryOut();
  const { available } = await balanceOf(house, customerId);
  await carryOut();
  expect((await balanceOf(house, customerId)).available).toBe(available);
  const brought = plan.grants
    .filter(({ every }) => every === 'month')
    .reduce((sum, one) => sum + one.credits, 0);
  expect(available).toBeGreaterThanOrEqual(brought);
  expect((await getCustomerPlan(house.db, customerId, at)).plan).toBe(plan.id);
  count(
    chances,
    trialDays > 0 ? 'trial begun' : plan.sold === 'contract' ? 'contract bought' : 'plan bought',
  );
  return true;
}

function priceOf({ prices }: Plan, { choose }: Chances) {
  const interval = choose(Object.keys(prices) as Interval[]);
  const { amounts = {}, trialDays = 0 } = prices[interval] ?? {};
  const currency = choose(Object.keys(amounts));
  return {
    interval,
    money: { currency, amountMinor: amounts[currency] ?? 0 },
    trialDays,
    contract: undefined,
  };
}

async function contractOf({ api }: CatalogHouse, { plan, customerId }: Sale) {
  const sum = plan.minimumCredits ?? 0;
  const money = { amountMinor: 90_000, currency: 'usd' };
  const interval: Interval = 'month';
  const agreed = { credits: sum, price: money, interval, termMonths: 12 };
  const body = {
    customerId,
    plan: plan.id,
    credits: sum,
    interval,
    termMonths: 12,
    reference: 'PO 1',
    amount: 90_000,
    currency: 'usd',
  };
  const made = await api.post<{ id: string }>('/v1/contracts', body, { operator: true });
  expect([made.status, made.body]).toMatchObject([201, { credits: sum }]);
  const contract = { ...agreed, contractId: made.body.id, credits: credits(sum) };
  return { interval, money, trialDays: 0, contract };
}

/** Orders each pack at a checkout, in one of its currencies, and has the credits granted, if the plan allows it. */
export async function buyPacks(
  house: CatalogHouse,
  { catalog, customerId }: Omit<Sale, 'plan'>,
  chances: Chances,
): Promise<void> {
  const { deps, db } = house;
  const at = house.now();
  const plan = planOrDefault(catalog, (await getCustomerPlan(db, customerId, at)).plan);
  for (const pack of catalog.packs.values()) {
    if (refusalOfPack(catalog, plan, pack) !== undefined || chances.choose([true, false, false])) continue;
    const orderId = newId('ord');
    const quantity = chances.choose([1, pack.quantityMax]);
    const currency = chances.choose(Object.keys(pack.prices));
    const opening = { orderId, customerId, pack: pack.id, quantity, currency };
    const { answer } = await openAddOn(deps, {
      opening: { ...opening, catalogVersion: catalog.version, successUrl: null, cancelUrl: null },
      at,
    });
    expect(answer).toEqual({ outcome: 'opened' });
    const before = await balanceOf(house, customerId);
    const payment = {
      paymentId: `cs_${orderId}`,
      paid: { amountMinor: (pack.prices[currency] ?? 0) * quantity, currency },
      paymentIntentId: null,
      at,
    };
    const order = await getAddOnOrder(db, orderId);
    await grantAddOn(deps, order, payment);
    await grantAddOn(deps, order, payment);
    const { available } = await balanceOf(house, customerId);
    expect(available - before.available).toBe(pack.credits * quantity);
    count(chances, 'pack bought');
  }
}
