import type Stripe from 'stripe';
import { stripeId } from '../work';

export function buildCoupon(input: {
  id: string | null;
  amountOff: number | null;
  currency: string | null;
  percentOff: number | null;
  duration: 'forever' | 'once' | 'repeating';
  months: number | null;
  name: string | null;
  metadata: Stripe.Metadata;
  at: number;
}): Stripe.Coupon {
  return {
    id: input.id ?? stripeId('x').slice(2, 10),
    object: 'coupon',
    amount_off: input.amountOff,
    created: input.at,
    currency: input.currency,
    duration: input.duration,
    duration_in_months: input.months,
    livemode: false,
    max_redemptions: null,
    metadata: input.metadata,
    name: input.name,
    percent_off: input.percentOff,
    redeem_by: null,
    times_redeemed: 0,
    valid: true,
  };
}

/** A coupon that was given to a subscription; `end` is when it stops, in seconds. */
export function buildDiscount(input: {
  coupon: string;
  customer: string;
  subscription: string;
  start: number;
  end: number | null;
}): Stripe.Discount {
  return {
    id: stripeId('di'),
    object: 'discount',
    checkout_session: null,
    customer: input.customer,
    customer_account: null,
    end: input.end,
    invoice: null,
    invoice_item: null,
    promotion_code: null,
    source: { coupon: input.coupon, type: 'coupon' },
    start: input.start,
    subscription: input.subscription,
    subscription_item: null,
  };
}
