import { z } from 'zod';
import type { PlanId } from '../../../domain/catalog/catalog';
import type { Customer } from '../../../store/customers';
import { SUBSCRIPTION_STATUSES, type Subscription } from '../../../store/subscriptions';
import { answerId, answerInstant, intervalSchema, planSchema } from '../../schemas';
import { currentPeriodSchema, currentPeriodView } from '../subscriptions/subscription-view';

const customerSubscriptionSchema = z
  .strictObject({
    id: answerId,
    status: z.enum(SUBSCRIPTION_STATUSES),
    plan: planSchema,
    interval: intervalSchema,
    currentPeriod: currentPeriodSchema.nullable(),
    cancelAt: answerInstant.nullable(),
    pendingPlan: planSchema.nullable(),
  })
  .meta({
    id: 'CustomerSubscription',
    description: 'The subscription that has not ended, before or after its first payment.',
  });

export const customerSchema = z
  .strictObject({
    id: answerId,
    externalId: z.string(),
    plan: planSchema.meta({ description: 'The plan whose rights apply now.' }),
    createdAt: answerInstant,
    subscription: customerSubscriptionSchema.nullable(),
  })
  .meta({ id: 'Customer' });

/** A customer with the present subscription, and without personal data, which the integrator already has. */
export function customerView(
  customer: Customer,
  plan: PlanId,
  subscription: Subscription | undefined,
): z.output<typeof customerSchema> {
  return {
    id: customer.id,
    externalId: customer.externalId,
    plan,
    createdAt: customer.createdAt,
    subscription: subscription === undefined ? null : customerSubscriptionView(subscription),
  };
}

function customerSubscriptionView(subscription: Subscription): z.output<typeof customerSubscriptionSchema> {
  const { id, status, plan, interval, cancelAt, pendingPlan } = subscription;
  const currentPeriod = currentPeriodView(subscription);
  return { id, status, plan, interval, currentPeriod, cancelAt, pendingPlan };
}
