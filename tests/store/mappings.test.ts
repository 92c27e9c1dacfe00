import type { Duration } from '../../src/domain/durations';
import { credits } from '../../src/domain/credits';
import { instantOf, type Instant } from '../../src/domain/instants';
import { openSubscription, readSubscriptionState } from '../../src/domain/subscriptions/subscription';
import {
  addOnOrderOf,
  addOnOrderRecord,
  addOnOrderRowOf,
  type AddOnOrder,
} from '../../src/store/add-on-orders';
import { priceRowOf, soldItemOf, type SoldItem } from '../../src/store/catalog-prices';
import { contractOf, contractRowOf, type RecordedContract } from '../../src/store/contracts';
import { customerOf, customerRowOf, type RecordedCustomer } from '../../src/store/customers';
import { imageOf, imageRowOf, type Image } from '../../src/store/images';
import { licenseOf, licenseRowOf, type License } from '../../src/store/licenses';
import { modelOf, modelRowOf, type Model } from '../../src/store/models';
import { paymentOf, paymentRowOf, type Payment } from '../../src/store/payments';
import { spendOf, spendRowOf, type Spend } from '../../src/store/spends';
import {
  subscriptionIn,
  subscriptionOf,
  subscriptionRecord,
  subscriptionRowOf,
  type Subscription,
} from '../../src/store/subscriptions';
import { uploadOf, uploadRowOf, type Upload } from '../../src/store/uploads';
import { useLedger } from '../ledger/use-ledger';

/** Every field has a value of its own, so that two that are swapped do not go unnoticed. */
const day = (number: number): Instant => instantOf(Date.UTC(2025, 0, number));
const RIGHTS = {
  privateWork: true,
  commercialUse: false,
  watermark: true,
  train: false,
  license: true,
  addOns: false,
};

const SPEND: Spend = {
  id: 'spd_1',
  customerId: 'cus_1',
  action: 'generate_images',
  input: { modelId: 'mdl_1', prompt: 'a lake', count: 2 },
  runs: 'provider',
  delivers: 'images',
  status: 'failed',
  unitCredits: 3.5,
  quantity: 2.5,
  unit: 'image',
  reserved: 6,
  captured: 4,
  released: 5,
  catalogVersion: 'v1',
  rights: RIGHTS,
  result: { imageIds: ['img_1'] },
  output: { text: 'a lake' },
  failure: { code: 'failed', detail: 'no lake' },
  deadlineAt: day(20),
  silence: 'PT10M' as Duration,
  heardAt: day(21),
  progress: { percent: 12 },
  shortfall: 13,
  costMinor: 14,
  costCurrency: 'usd',
  settledInput: { count: 1 },
  endedBy: 'rpt_1',
  workflowId: 'spend/spd_1',
  createdAt: day(1),
  updatedAt: day(2),
};

const MODEL: Model = {
  id: 'mdl_1',
  ownerId: 'cus_1',
  name: 'Lakes',
  visibility: 'private',
  status: 'ready',
  version: 'v-lakes',
  spendId: 'spd_2',
  createdAt: day(3),
};

const IMAGE: Image = {
  id: 'img_1',
  ownerId: 'cus_1',
  modelId: 'mdl_1',
  spendId: 'spd_1',
  position: 7,
  visibility: 'public',
  hidden: true,
  width: 640,
  height: 480,
  objectKey: 'images/img_1',
  rights: RIGHTS,
  createdAt: day(4),
};

const LICENSE: License = {
  id: 'lic_1',
  imageId: 'img_1',
  customerId: 'cus_2',
  spendId: 'spd_3',
  terms: 'terms-1',
  credits: 100,
  createdAt: day(5),
};

const ORDER: AddOnOrder = {
  id: 'ord_1',
  customerId: 'cus_1',
  status: 'pending',
  pack: 'small',
  quantity: 2,
  credits: 2_000,
  currency: 'eur',
  catalogVersion: 'v1',
  checkoutUrl: 'https://pay.example/1',
  stripeSessionId: 'cs_1',
  createdAt: day(6),
  updatedAt: day(7),
};

const CUSTOMER: RecordedCustomer = {
  id: 'cus_1',
  externalId: 'user-1',
  email: 'ada@example.com',
  name: 'Ada',
  stripeCustomerId: 'cus_stripe',
  createdAt: day(8),
  erasingAt: day(9),
  erasedAt: day(10),
};

const PAYMENT: Payment = {
  id: 'in_1',
  customerId: 'cus_1',
  subscriptionId: 'sub_1',
  orderId: 'ord_1',
  plan: 'pro',
  period: { start: day(11), end: day(12) },
  credits: 1_000,
  paid: { amountMinor: 4_500, currency: 'usd' },
  stripePaymentIntentId: 'pi_1',
  paidAt: day(13),
};

const UPLOAD: Upload = {
  id: 'upl_1',
  customerId: 'cus_1',
  contentType: 'image/png',
  width: 32,
  height: 16,
  bytes: 512,
  objectKey: 'uploads/upl_1',
  isStripped: true,
  createdAt: day(14),
};

const SOLD: SoldItem = {
  stripePriceId: 'price_1',
  catalogVersion: 'v1',
  plan: 'pro',
  interval: 'year',
  pack: 'small',
  amountMinor: 900,
  currency: 'eur',
};

const CONTRACT: RecordedContract = {
  contractId: 'con_1',
  customerId: 'cus_1',
  plan: null,
  reference: 'order 7',
  credits: credits(5_000),
  price: { amountMinor: 99_000, currency: 'usd' },
  interval: 'month',
  termMonths: 12,
  createdAt: day(15),
  subscriptionId: null,
  subscriptionStatus: null,
};

const SUBSCRIPTION: Subscription = {
  id: 'sub_1',
  customerId: 'cus_1',
  plan: 'standard',
  interval: 'year',
  currency: 'gbp',
  collection: 'invoice',
  status: 'past_due',
  catalogVersion: 'v1',
  contractId: 'con_1',
  anchorAt: day(16),
  era: 2,
  cycle: 3,
  currentPeriodStart: day(17),
  currentPeriodEnd: day(18),
  paidThrough: day(19),
  nextGrantAt: day(20),
  nextGrantCredits: 500,
  cancelAt: day(21),
  pendingPlan: 'pro',
  checkoutUrl: 'https://pay.example/2',
  stripeSubscriptionId: 'sub_stripe',
  revision: 9,
  createdAt: day(22),
  updatedAt: day(23),
};

interface Mapped {
  readonly table: string;
  readonly thing: object;
  readonly row: object;
  readonly again: object;
  /** Columns that only statements of their own write. */
  readonly besides?: readonly string[];
}

const NOT_SOLD_YET = { subscription_id: null, subscription_status: null };

const MAPPINGS: readonly Mapped[] = [
  { table: 'spends', thing: SPEND, row: spendRowOf(SPEND), again: spendOf(spendRowOf(SPEND)) },
  { table: 'models', thing: MODEL, row: modelRowOf(MODEL), again: modelOf(modelRowOf(MODEL)) },
  { table: 'images', thing: IMAGE, row: imageRowOf(IMAGE), again: imageOf(imageRowOf(IMAGE)) },
  { table: 'licenses', thing: LICENSE, row: licenseRowOf(LICENSE), again: licenseOf(licenseRowOf(LICENSE)) },
  { table: 'payments', thing: PAYMENT, row: paymentRowOf(PAYMENT), again: paymentOf(paymentRowOf(PAYMENT)) },
  { table: 'uploads', thing: UPLOAD, row: uploadRowOf(UPLOAD), again: uploadOf(uploadRowOf(UPLOAD)) },
  { table: 'catalog_prices', thing: SOLD, row: priceRowOf(SOLD), again: soldItemOf(priceRowOf(SOLD)) },
  {
    table: 'add_on_orders',
    thing: ORDER,
    row: addOnOrderRowOf(ORDER),
    again: addOnOrderOf(addOnOrderRowOf(ORDER)),
    besides: ['withdrawals'],
  },
  {
    table: 'customers',
    thing: CUSTOMER,
    row: customerRowOf(CUSTOMER),
    again: customerOf({ ...customerRowOf(CUSTOMER), external_id_hash: 'hash' }),
    besides: ['external_id_hash'],
  },
  {
    table: 'contracts',
    thing: CONTRACT,
    row: contractRowOf(CONTRACT),
    again: contractOf({ ...contractRowOf(CONTRACT), ...NOT_SOLD_YET }),
  },
  {
    table: 'subscriptions',
    thing: SUBSCRIPTION,
    row: subscriptionRowOf(SUBSCRIPTION, null),
    again: subscriptionOf(subscriptionRowOf(SUBSCRIPTION, null)),
  },
];

describe('what is stored', () => {
  const { db } = useLedger();

  it.each(MAPPINGS)('is read from app.$table as it was written', ({ thing, again }) => {
    expect(again).toEqual(thing);
  });

  it.each(MAPPINGS)('fills every column of app.$table', async ({ table, row, besides = [] }) => {
    const { rows } = await db.raw<{ rows: { column_name: string }[] }>(
      `SELECT column_name FROM information_schema.columns WHERE table_schema = 'app' AND table_name = :table`,
      { table },
    );
    const columns = rows.map(({ column_name: name }) => name);
    expect([...Object.keys(row), ...besides].sort()).toEqual(columns.sort());
  });

  it('shows of a subscription what its machine says, and keeps the whole machine', () => {
    const state = openSubscription({
      subscriptionId: 'sub_2',
      customerId: 'cus_1',
      plan: 'pro',
      interval: 'month',
      collection: 'checkout',
      catalogVersion: 'v1',
      graceMs: 1_000,
      at: day(24),
      checkout: { sessionId: 'cs_2', url: 'https://pay.example/3', expiresAt: day(25) },
    });
    const { kind, row } = subscriptionRecord(state);
    expect(kind).toBe('subscription');
    const stored = row as unknown as ReturnType<typeof subscriptionRowOf>;
    expect(subscriptionOf(stored)).toEqual(subscriptionIn(state));
    expect(readSubscriptionState(stored.state!)).toEqual(state);
  });

  it('no longer tells of the checkout of an order that is not pending', () => {
    expect(addOnOrderRecord(ORDER).row).toMatchObject({ checkout_url: ORDER.checkoutUrl });
    expect(addOnOrderRecord({ ...ORDER, status: 'paid' }).row).toMatchObject({ checkout_url: null });
  });
});
