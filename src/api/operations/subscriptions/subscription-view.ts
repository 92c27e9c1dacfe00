import { z } from 'zod';
import { subscriptionWorkflowId } from '../../../domain/keys';
import { SUBSCRIPTION_STATUSES, type Subscription } from '../../../store/subscriptions';
import { answerId, answerInstant, intervalSchema, planSchema, workflowUrlSchema } from '../../schemas';
import { nextGrantSchema, nextGrantView } from '../ledger/balance-view';

export const currentPeriodSchema = z.strictObject({ start: answerInstant, end: answerInstant });

export const subscriptionSchema = z
  .strictObject({
    id: answerId,
    customerId: answerId,
    plan: planSchema,
    interval: intervalSchema,
    currency: z.string().nullable().meta({ description: 'What it is paid in.' }),
    collection: z.enum(['checkout', 'invoice']),
    status: z.enum(SUBSCRIPTION_STATUSES),
    anchorAt: answerInstant.nullable().meta({ description: 'Null until the first payment.' }),
    cycle: z.int().nullable(),
    currentPeriod: currentPeriodSchema.nullable(),
    paidThrough: answerInstant.nullable(),
    nextGrant: nextGrantSchema.nullable(),
    cancelAt: answerInstant.nullable(),
    pendingPlan: z.string().nullable(),
    catalogVersion: z.string(),
    workflowId: z.string(),
    workflowUrl: workflowUrlSchema,
    checkoutUrl: z
      .string()
      .optional()
      .meta({ description: 'Only while incomplete: where the customer pays.' }),
  })
  .meta({ id: 'Subscription' });

/** A subscription as its workflow last recorded it. */
export function subscriptionView(subscription: Subscription): z.output<typeof subscriptionSchema> {
  const { checkoutUrl } = subscription;
  return {
    id: subscription.id,
    customerId: subscription.customerId,
    plan: subscription.plan,
    interval: subscription.interval,
    currency: subscription.currency,
    collection: subscription.collection,
    status: subscription.status,
    anchorAt: subscription.anchorAt,
    cycle: subscription.cycle,
    currentPeriod: currentPeriodView(subscription),
    paidThrough: subscription.paidThrough,
    nextGrant: nextGrantView(subscription),
    cancelAt: subscription.cancelAt,
    pendingPlan: subscription.pendingPlan,
    catalogVersion: subscription.catalogVersion,
    workflowId: subscriptionWorkflowId(subscription.id),
    ...(subscription.status === 'incomplete' && checkoutUrl !== null ? { checkoutUrl } : {}),
  };
}

/** The period that is paid for or due; null before the first payment. */
export function currentPeriodView({
  currentPeriodStart: start,
  currentPeriodEnd: end,
}: Subscription): z.output<typeof currentPeriodSchema> | null {
  return start === null || end === null ? null : { start, end };
}
