import Stripe from 'stripe';
import { idOf } from './story';

/** Where a hand at Stripe takes its numbers from; the same seed is the same hands. */
export interface Dice {
  /** From 0 to `below` - 1. */
  readonly roll: (below: number) => number;
  readonly pick: <T>(choices: readonly T[]) => T;
}

/** What a hand may be laid on. */
export interface Table {
  readonly stripe: Stripe;
  readonly customers: readonly string[];
  readonly prices: readonly string[];
  readonly pack: string;
  /** Now, in seconds. */
  readonly at: number;
}

type Hand = (table: Table, dice: Dice, customer: string) => Promise<unknown>;

const METHODS = [
  'pm_card_visa',
  'pm_card_visa',
  'pm_card_chargeCustomerFail',
  'pm_successDelayed_at',
  'pm_failedDelayed_at',
];
const DAY = 86_400;

async function subscriptionOf(
  { stripe }: Table,
  { pick }: Dice,
  customer: string,
): Promise<Stripe.Subscription> {
  const { data } = await stripe.subscriptions.list({ customer, limit: 10 });
  return pick(data);
}

async function invoiceOf(
  { stripe }: Table,
  { pick }: Dice,
  customer: string,
  status: 'draft' | 'open' | 'paid',
): Promise<Stripe.Invoice> {
  const { data } = await stripe.invoices.list({ customer, status, limit: 10 });
  return pick(data);
}

function onSubscription(
  change: (table: Table, dice: Dice, one: Stripe.Subscription) => Promise<unknown>,
): Hand {
  return async (table, dice, customer) => change(table, dice, await subscriptionOf(table, dice, customer));
}

function onInvoice(
  status: 'draft' | 'open' | 'paid',
  change: (table: Table, dice: Dice, one: Stripe.Invoice) => Promise<unknown>,
): Hand {
  return async (table, dice, customer) => change(table, dice, await invoiceOf(table, dice, customer, status));
}

function update(
  params: (table: Table, dice: Dice, one: Stripe.Subscription) => Stripe.SubscriptionUpdateParams,
): Hand {
  return onSubscription((table, dice, one) =>
    table.stripe.subscriptions.update(one.id, params(table, dice, one)),
  );
}

async function otherPrice({ stripe, prices }: Table, { roll }: Dice): Promise<string> {
  const { product } = await stripe.prices.retrieve(prices[0]!);
  const price = {
    currency: 'usd',
    unit_amount: 100 + roll(5_000),
    recurring: { interval: 'month' as const },
  };
  return (await stripe.prices.create({ ...price, product: idOf(product) })).id;
}

const PRORATIONS = ['none', 'none', 'create_prorations', 'always_invoice'] as const;

/** What a dashboard and Stripe's own portal do, by name. A hand that Stripe refuses has done nothing. */
export const HANDS: Readonly<Record<string, Hand>> = {
  'another price': update(({ prices }, { pick }, { items }) => ({
    items: [{ id: items.data[0]!.id, price: pick(prices) }],
    proration_behavior: pick(PRORATIONS),
  })),
  'a price of nobody': onSubscription(async (table, dice, { id, items }) =>
    table.stripe.subscriptions.update(id, {
      items: [{ id: items.data[0]!.id, price: await otherPrice(table, dice) }],
      proration_behavior: 'none',
    }),
  ),
  'another quantity': update((_, { roll, pick }, { items }) => ({
    items: [{ id: items.data[0]!.id, quantity: 1 + roll(3) }],
    proration_behavior: pick(PRORATIONS),
  })),
  'one more item': onSubscription(async (table, dice, { id }) =>
    table.stripe.subscriptions.update(id, {
      items: [{ price: await otherPrice(table, dice) }],
      proration_behavior: 'none',
    }),
  ),
  'an item less': update((_, __, { items }) => ({
    items: items.data.slice(1).map(({ id }) => ({ id, deleted: true })),
    proration_behavior: 'none',
  })),
  'cancel at the end': update(() => ({ cancel_at_period_end: true })),
  'do not cancel': update(() => ({ cancel_at_period_end: false })),
  'cancel some day': update(({ at }, { roll }) => ({ cancel_at: at + (1 + roll(40)) * DAY })),
  'cancel now': onSubscription(({ stripe }, { roll }, { id }) =>
    roll(4) === 0 ? stripe.subscriptions.cancel(id) : Promise.resolve(),
  ),
  'pause the collection': update((_, { pick }) => ({
    pause_collection: { behavior: pick(['void', 'keep_as_draft', 'mark_uncollectible'] as const) },
  })),
  'collect again': update(() => ({ pause_collection: '' })),
  pause: onSubscription(({ stripe }, _, { id }) =>
    stripe.subscriptions.pause(id, {
      type: 'subscription',
      bill_for: { unused_time_from: { type: 'none' }, outstanding_usage_through: { type: 'none' } },
    }),
  ),
  resume: onSubscription(({ stripe }, { pick }, { id }) =>
    stripe.subscriptions.resume(id, {
      billing_cycle_anchor: { type: pick(['now', 'unchanged'] as const) },
      proration_behavior: 'none',
    }),
  ),
  'a trial': update(({ at }, { roll }) => ({
    trial_end: at + (1 + roll(40)) * DAY,
    proration_behavior: 'none',
  })),
  'bill from today': update(() => ({ billing_cycle_anchor: { type: 'now' }, proration_behavior: 'none' })),
  'another card': async ({ stripe }, { pick }, customer) => {
    const method = await stripe.paymentMethods.attach(pick(METHODS), { customer });
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: method.id } });
    const { data } = await stripe.subscriptions.list({ customer });
    for (const { id } of data) await stripe.subscriptions.update(id, { default_payment_method: method.id });
  },
  'forget whose it is': update(() => ({ metadata: { scrip_subscription: '', scrip_customer: '' } })),
  'finalise a draft': onInvoice('draft', ({ stripe }, { pick }, { id }) =>
    stripe.invoices.finalizeInvoice(id, { auto_advance: pick([true, false]) }),
  ),
  'something else on a draft': onInvoice('draft', ({ stripe }, { roll }, { id, customer }) =>
    stripe.invoiceItems.create({
      customer: idOf(customer),
      invoice: id,
      amount: 100 + roll(9_000),
      currency: 'usd',
    }),
  ),
  'void a bill': onInvoice('open', ({ stripe }, _, { id }) => stripe.invoices.voidInvoice(id)),
  'give a bill up': onInvoice('open', ({ stripe }, _, { id }) => stripe.invoices.markUncollectible(id)),
  'pay a bill': onInvoice('open', ({ stripe }, { pick }, { id }) =>
    stripe.invoices.pay(id, { payment_method: pick(METHODS) }),
  ),
  'a bill paid in cash': onInvoice('open', ({ stripe }, _, { id }) =>
    stripe.invoices.pay(id, { paid_out_of_band: true }),
  ),
  'credit a bill': onInvoice('paid', ({ stripe }, { roll, pick }, { id, amount_paid: paid }) => {
    const amount = 1 + roll(Math.max(1, paid));
    return stripe.creditNotes.create({
      invoice: id,
      amount,
      ...pick([{ credit_amount: amount }, { refund_amount: amount }, { out_of_band_amount: amount }]),
    });
  }),
  'credit a line': onInvoice('paid', ({ stripe }, { pick }, { id, lines }) => {
    const line = pick(lines.data);
    return stripe.creditNotes.create({
      invoice: id,
      lines: [{ type: 'invoice_line_item', invoice_line_item: line.id, amount: line.amount }],
      credit_amount: line.amount,
    });
  }),
  'credit an open bill': onInvoice('open', ({ stripe }, { roll }, { id, amount_due: due }) =>
    stripe.creditNotes.create({ invoice: id, amount: 1 + roll(Math.max(1, due)) }),
  ),
  refund: async ({ stripe }, { pick, roll }, customer) => {
    const { data } = await stripe.paymentIntents.list({ customer, limit: 20 });
    const { id, amount } = pick(data);
    await stripe.refunds.create({
      payment_intent: id,
      ...(roll(2) === 0 ? {} : { amount: 1 + roll(amount) }),
    });
  },
  'a bill for something else': async ({ stripe }, { roll }, customer) => {
    const { id } = await stripe.invoices.create({ customer, auto_advance: true });
    await stripe.invoiceItems.create({ customer, invoice: id, amount: 100 + roll(5_000), currency: 'usd' });
    await stripe.invoices.pay((await stripe.invoices.finalizeInvoice(id)).id);
  },
  'a charge for something else': ({ stripe }, { roll }, customer) =>
    stripe.paymentIntents.create({
      customer,
      amount: 100 + roll(5_000),
      currency: 'usd',
      payment_method: 'pm_card_visa',
      confirm: true,
      off_session: true,
    }),
  'a subscription of ours, sold there': ({ stripe, prices }, { pick }, customer) =>
    stripe.subscriptions.create({ customer, items: [{ price: pick(prices) }] }),
  'a pack of ours, sold there': async ({ stripe, pack }, _, customer) => {
    const { url } = await stripe.checkout.sessions.create({
      mode: 'payment',
      customer,
      line_items: [{ price: pack, quantity: 1 }],
      success_url: 'https://example.com/',
    });
    const form = new URLSearchParams({ number: '4242424242424242' });
    await fetch(String(url), { method: 'POST', redirect: 'manual', body: form });
  },
  'money on the balance': ({ stripe }, { roll }, customer) =>
    stripe.customers.createBalanceTransaction(customer, { amount: roll(2_000) - 1_500, currency: 'usd' }),
  'delete the customer': ({ stripe }, { roll }, customer) =>
    roll(12) === 0 ? stripe.customers.del(customer) : Promise.resolve(),
};

/** Lays one hand on something of a customer; answers its name and whether Stripe let it. */
export async function layHand(
  table: Table,
  dice: Dice,
): Promise<{ readonly name: string; readonly done: boolean }> {
  const name = dice.pick(Object.keys(HANDS));
  try {
    await HANDS[name]?.(table, dice, dice.pick(table.customers));
    return { name, done: true };
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError || error instanceof NothingThere)
      return { name, done: false };
    throw error;
  }
}

/** There is nothing of the kind to lay a hand on. */
class NothingThere extends Error {}

/** Mulberry32: small, and the same everywhere. */
export function createDice(seed: number): Dice {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const roll = (below: number): number => Math.floor(next() * below);
  return {
    roll,
    pick: (choices) => {
      if (choices.length === 0) throw new NothingThere();
      return choices[roll(choices.length)]!;
    },
  };
}
