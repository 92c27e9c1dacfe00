import { z } from 'zod';
import type { PlanId } from '../../domain/catalog';
import type { Customer } from '../../store/customers';
import { answerId, answerInstant, planSchema } from '../schemas';

export const customerSchema = z
  .strictObject({ id: answerId, externalId: z.string(), plan: planSchema, createdAt: answerInstant })
  .meta({ id: 'Customer' });

/** A customer without personal data: who integrates knows it already. */
export function customerView(customer: Customer, plan: PlanId): z.output<typeof customerSchema> {
  return { id: customer.id, externalId: customer.externalId, plan, createdAt: customer.createdAt };
}
