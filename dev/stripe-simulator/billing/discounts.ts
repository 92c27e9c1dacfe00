import type Stripe from 'stripe';
import { intervalsAfter } from '../calendar';
import { emit } from '../events';
import { buildDiscount } from '../objects/coupon';
import type { LineInput } from '../objects/invoice';
import { refOf, type Work } from '../work';

/** Gives coupons to a subscription; answers the ids of its discounts. */
export function giveDiscounts(
  work: Work,
  coupons: readonly string[],
  owner: { readonly customer: string; readonly subscription: string },
): string[] {
  return coupons.map((id) => {
    const coupon = work.tables.get('coupon', id, 'discounts[0][coupon]');
    work.tables.put('coupon', { ...coupon, times_redeemed: coupon.times_redeemed + 1 });
    const months = coupon.duration === 'repeating' ? (coupon.duration_in_months ?? 1) : null;
    const end =
      months === null ? null : intervalsAfter(work.at, { interval: 'month', intervalCount: 1 }, months);
    const discount = buildDiscount({ ...owner, coupon: id, start: work.at, end });
    work.tables.put('discount', discount);
    emit(work, 'customer.discount.created', discount);
    return discount.id;
  });
}

/** The lines of a subscription's period with what its discounts take off each of them, one discount after the other. */
export function discounted(
  work: Work,
  subscription: Stripe.Subscription,
  lines: readonly LineInput[],
): LineInput[] {
  return activeDiscounts(work, subscription).reduce<LineInput[]>(
    (reduced, discount) => {
      const taken = takenOff(
        couponOf(work, discount),
        reduced.map((line) => netOf(line)),
        subscription.currency,
      );
      return reduced.map((line, index) => {
        const amount = taken[index] ?? 0;
        if (amount === 0) return line;
        return { ...line, discounts: [...(line.discounts ?? []), { amount, discount: discount.id }] };
      });
    },
    [...lines],
  );
}

/** The discounts that a subscription keeps after an invoice that used some: one that is good once is over then. */
export function discountsAfter(
  work: Work,
  subscription: Stripe.Subscription,
  lines: readonly LineInput[],
): string[] {
  const used = new Set(lines.flatMap(({ discounts = [] }) => discounts.map(({ discount }) => discount)));
  return activeDiscounts(work, subscription)
    .filter((one) => !(used.has(one.id) && couponOf(work, one).duration === 'once'))
    .map(({ id }) => id);
}

/** What an amount comes to for one that pays a price once, at Checkout. */
export function priceAfter(work: Work, coupons: readonly string[], amount: number, currency: string): number {
  return coupons.reduce((left, id) => {
    const coupon = work.tables.get('coupon', id, 'discounts[0][coupon]');
    return left - (takenOff(coupon, [left], currency)[0] ?? 0);
  }, amount);
}

/** A percentage of each amount, or a sum that is spread over them in proportion; never more than there is. */
function takenOff(coupon: Stripe.Coupon, amounts: readonly number[], currency: string): number[] {
  const { percent_off: percent, amount_off: off } = coupon;
  if (percent !== null) return amounts.map((amount) => Math.round((amount * percent) / 100));
  const total = amounts.reduce((sum, amount) => sum + amount, 0);
  if (off === null || total === 0 || coupon.currency !== currency) return amounts.map(() => 0);
  let left = Math.min(off, total);
  return amounts.map((amount, index) => {
    const share = index === amounts.length - 1 ? left : Math.floor((Math.min(off, total) * amount) / total);
    left -= share;
    return share;
  });
}

function netOf({ amount, discounts = [] }: LineInput): number {
  return amount - discounts.reduce((sum, one) => sum + one.amount, 0);
}

function activeDiscounts(work: Work, subscription: Stripe.Subscription): Stripe.Discount[] {
  return subscription.discounts
    .map((discount) => work.tables.get('discount', refOf(discount)))
    .filter(({ end }) => end === null || end > work.at);
}

function couponOf(work: Work, { source }: Stripe.Discount): Stripe.Coupon {
  return work.tables.get('coupon', refOf(source.coupon ?? ''));
}
