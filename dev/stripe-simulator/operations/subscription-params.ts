import { z } from 'zod';
import { discountsShape } from './coupons';
import { clearable, flag, integer, metadata, positive, text } from '../http/params';

/** How a subscription begins with a trial. */
export const trialShape = {
  trial_end: integer.optional(),
  trial_period_days: positive.optional(),
  trial_settings: z
    .strictObject({
      end_behavior: z.strictObject({
        missing_payment_method: z.enum(['cancel', 'create_invoice', 'pause']),
        billing_cycle_anchor: z.literal('now', 'the simulator supports now').optional(),
      }),
    })
    .optional(),
};

export const quantity = integer.pipe(z.number().min(1));
export const anchor = z.strictObject({ type: z.enum(['now', 'unchanged']) });
export const cancellationDetails = z.strictObject({
  comment: text.optional(),
  feedback: z
    .enum([
      'customer_service',
      'low_quality',
      'missing_features',
      'other',
      'switched_service',
      'too_complex',
      'too_expensive',
      'unused',
    ])
    .optional(),
});
/** Stripe prorates unless it is told not to. */
export const proration = z.enum(['always_invoice', 'create_prorations', 'none']).default('create_prorations');
export const paymentBehavior = z
  .enum(['allow_incomplete', 'pending_if_incomplete'])
  .default('allow_incomplete');
/** What is resumed is billed whole. */
export const noProration = z.literal('none', 'the simulator supports none');

export const createShape = {
  customer: text,
  items: z
    .array(z.strictObject({ price: text, quantity: quantity.default(1), metadata: metadata.optional() }))
    .min(1)
    .max(20),
  collection_method: z.enum(['charge_automatically', 'send_invoice']).default('charge_automatically'),
  days_until_due: integer.pipe(z.number().min(0)).optional(),
  default_payment_method: text.optional(),
  payment_behavior: z.enum(['allow_incomplete']).optional(),
  proration_behavior: proration,
  billing_mode: z.strictObject({ type: z.literal('flexible') }).optional(),
  cancel_at: integer.optional(),
  description: text.optional(),
  discounts: discountsShape.optional(),
  off_session: flag.optional(),
  metadata: metadata.optional(),
  ...trialShape,
};

export const updateShape = {
  items: z
    .array(
      z.strictObject({
        id: text.optional(),
        price: text.optional(),
        quantity: quantity.optional(),
        deleted: flag.optional(),
        metadata: metadata.optional(),
      }),
    )
    .max(20)
    .optional(),
  billing_cycle_anchor: anchor.optional(),
  proration_behavior: proration,
  payment_behavior: paymentBehavior,
  cancel_at_period_end: flag.optional(),
  cancel_at: z.union([z.literal('').transform(() => null), z.literal('min_period_end'), integer]).optional(),
  default_payment_method: clearable.optional(),
  days_until_due: integer.optional(),
  collection_method: z.enum(['charge_automatically', 'send_invoice']).optional(),
  cancellation_details: cancellationDetails.optional(),
  off_session: flag.optional(),
  description: clearable.optional(),
  discounts: discountsShape.optional(),
  metadata: metadata.optional(),
  trial_end: z.union([z.literal('now'), integer]).optional(),
  trial_settings: trialShape.trial_settings,
  pause_collection: z
    .union([
      z.literal('').transform(() => null),
      z.strictObject({
        behavior: z.enum(['keep_as_draft', 'mark_uncollectible', 'void']),
        resumes_at: integer.optional(),
      }),
    ])
    .optional(),
};
