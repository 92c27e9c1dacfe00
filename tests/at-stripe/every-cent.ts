import type { Knex } from 'knex';
import type Stripe from 'stripe';

/** Money of a customer that is neither granted, nor given back, nor named by an alarm. */
export interface LostCent {
  readonly id: string;
  readonly paid: number;
  readonly granted: number;
  readonly givenBack: number;
}

interface Paid {
  readonly id: string;
  readonly amount: number;
  readonly intents: readonly string[];
  readonly invoice: string | null;
}

/**
 * Goes over all money that one customer has paid at Stripe before an instant (in seconds), by what Stripe says and what the
 * books of ours say, without any of the code that decides about it.
 */
export async function findLostCents(
  { stripe, db, before }: { readonly stripe: Stripe; readonly db: Knex; readonly before: number },
  customer: string,
): Promise<readonly LostCent[]> {
  const alarms = new Set<string>(await db('app.alarms').whereNull('ended_at').pluck('subject'));
  const lost: LostCent[] = [];
  for (const paid of await moneyOf(stripe, customer, before)) {
    if (alarms.has(paid.id)) continue;
    const recorded = await db<{ id: string; amount_minor: number; period_start: string | null }>(
      'app.payments',
    )
      .where({ id: paid.id })
      .first();
    const granted = recorded === undefined ? 0 : recorded.amount_minor;
    const givenBack = await givenBackOf(stripe, paid);
    if (paid.amount - granted - givenBack > 0)
      lost.push({ id: paid.id, paid: paid.amount, granted, givenBack });
  }
  return lost;
}

async function moneyOf(stripe: Stripe, customer: string, before: number): Promise<readonly Paid[]> {
  const found: Paid[] = [];
  const seen = new Set<string>();
  for await (const invoice of stripe.invoices.list({
    customer,
    status: 'paid',
    limit: 100,
    expand: ['data.payments'],
  })) {
    const payments = invoice.payments?.data ?? [];
    const intents = payments.flatMap(({ payment: { payment_intent: intent } }) =>
      typeof intent === 'string' ? [intent] : [],
    );
    for (const intent of intents) seen.add(intent);
    if ((invoice.status_transitions.paid_at ?? Infinity) >= before) continue;
    const amount = invoice.amount_paid - (invoice.amount_paid_off_stripe ?? 0);
    found.push({ id: invoice.id, amount, intents, invoice: invoice.id });
  }
  for await (const session of stripe.checkout.sessions.list({ customer, status: 'complete', limit: 100 })) {
    if (session.mode !== 'payment' || session.payment_status === 'unpaid') continue;
    const intents = typeof session.payment_intent === 'string' ? [session.payment_intent] : [];
    for (const intent of intents) seen.add(intent);
    if (session.created >= before) continue;
    found.push({ id: session.id, amount: session.amount_total ?? 0, intents, invoice: null });
  }
  for await (const intent of stripe.paymentIntents.list({ customer, limit: 100 })) {
    if (intent.status !== 'succeeded' || seen.has(intent.id) || intent.created >= before) continue;
    found.push({ id: intent.id, amount: intent.amount, intents: [intent.id], invoice: null });
  }
  return found;
}

async function givenBackOf(stripe: Stripe, { intents, invoice }: Paid): Promise<number> {
  let sum = 0;
  for (const payment_intent of intents) {
    for (const { status, amount } of (await stripe.refunds.list({ payment_intent, limit: 100 })).data)
      if (status !== 'failed' && status !== 'canceled') sum += amount;
    for (const { status, amount, balance_transactions: moves } of (
      await stripe.disputes.list({ payment_intent })
    ).data)
      if (moves.length > 0 && status !== 'won') sum += amount;
  }
  if (invoice === null) return sum;
  for (const note of (await stripe.creditNotes.list({ invoice, limit: 100 })).data) {
    const refunded = note.refunds.reduce((total, { amount_refunded: amount }) => total + amount, 0);
    if (note.status !== 'void') sum += note.total - refunded;
  }
  return sum;
}
