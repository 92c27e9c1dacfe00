import { DomainError } from '../../domain/errors';
import type { Reader, StripeCall } from '../../domain/subscriptions/subscription';
import type { InvoiceFact } from '../../payments/payments';
import { isRefused } from '../../payments/stripe-client';
import { getPriceId } from '../../store/catalog-prices';
import type { ActivityDeps } from '../deps';
import { paidIntervalOf, type PaymentReading } from '../subscriptions/invoice-steps';

export interface CallStripe {
  readonly call: StripeCall;
  readonly reader: Reader;
  readonly stripeSubscriptionId: string | null;
}

export type CallOutcome =
  /** With what it paid for, when it paid for anything. */
  | {
      readonly outcome: 'done';
      readonly reading: PaymentReading | null;
      /** Something could not be voided, because its payment is under way. */
      readonly isInFlight?: boolean;
    }
  | { readonly outcome: 'payment_failed' | 'refused'; readonly message: string };

/**
 * Carries out one call of a command at Stripe, under its operation's id: a repeat does nothing twice. A decline is an
 * answer, and so is `refused`: Stripe does not allow it of the subscription as it is there, and would not the next time.
 * Whatever else goes wrong fails the activity, which is tried again.
 */
export async function callStripe(deps: ActivityDeps, input: CallStripe): Promise<CallOutcome> {
  try {
    if (input.call.type === 'void_open_invoices') return await voidInvoices(deps, input.call, input);
    const invoice = await call(deps, input.call, input);
    return {
      outcome: 'done',
      reading: invoice === null ? null : await newPeriod(deps, input.reader, invoice),
    };
  } catch (error) {
    if (error instanceof DomainError && error.code === 'payment_failed')
      return { outcome: 'payment_failed', message: error.message };
    if (!isRefused(error)) throw error;
    deps.logger.error({ err: error, ...input.call }, 'Stripe refuses a call of a command');
    return { outcome: 'refused', message: 'Stripe does not allow it of the subscription as it is now.' };
  }
}

async function voidInvoices(
  { payments }: ActivityDeps,
  { from, until }: Extract<StripeCall, { type: 'void_open_invoices' }>,
  { stripeSubscriptionId }: CallStripe,
): Promise<CallOutcome> {
  if (stripeSubscriptionId === null) throw new Error('there is nothing at Stripe to void invoices of');
  const { isInFlight } = await payments.voidOpenInvoices(stripeSubscriptionId, { from, until });
  return { outcome: 'done', reading: null, ...(isInFlight ? { isInFlight } : {}) };
}

async function call(
  { db, payments }: ActivityDeps,
  call: Exclude<StripeCall, { type: 'void_open_invoices' }>,
  { stripeSubscriptionId }: CallStripe,
): Promise<InvoiceFact | null> {
  if (call.type === 'expire_checkout') {
    await payments.expireCheckoutSession(call.sessionId);
    return null;
  }
  if (stripeSubscriptionId === null) throw new Error(`${call.type} needs a subscription at Stripe`);
  const { operationId } = call;
  const target = { operationId, stripeSubscriptionId };
  switch (call.type) {
    case 'upgrade':
      return payments.upgradeSubscription({
        ...target,
        priceId: await getPriceId(db, call.catalogVersion, itemOf(call)),
      });
    case 'change_price':
      await payments.changeSubscriptionPrice({
        ...target,
        priceId: await getPriceId(db, call.catalogVersion, itemOf(call)),
      });
      return null;
    case 'schedule_cancel':
      await payments.scheduleCancel(target);
      return null;
    case 'unschedule_cancel':
      await payments.unscheduleCancel(target);
      return null;
    case 'cancel_now':
      await payments.cancelSubscription(target);
      return null;
    case 'pause':
      await payments.pauseSubscription(target);
      return null;
    case 'resume':
      return payments.resumeSubscription({ ...target, anchor: call.anchor });
    case 'pay_out_of_band':
      await payments.payOutOfBand({ stripeSubscriptionId, through: call.through });
      return null;
  }
}

function itemOf({ plan, interval, currency }: Extract<StripeCall, { type: 'upgrade' | 'change_price' }>) {
  return { plan, interval, currency: currency ?? null };
}

/** An upgrade and a resume after the paid time begin a new period, whatever Stripe calls the reason of the bill. */
async function newPeriod(deps: ActivityDeps, reader: Reader, invoice: InvoiceFact): Promise<PaymentReading> {
  const payment = await paidIntervalOf(deps, reader, invoice);
  if (payment === null) throw new Error(`invoice ${invoice.invoiceId} bills nothing that is sold`);
  const { stripeSubscriptionId, paymentIntentId } = invoice;
  const step = { type: 'paid', payment: { ...payment, beginsEra: true }, stripeSubscriptionId } as const;
  return { eventIds: [], step, paymentIntentId };
}
