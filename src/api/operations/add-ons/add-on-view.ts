import { z } from 'zod';
import type { AddOnOrder } from '../../../store/add-on-orders';
import { answerCredits, answerId, answerInstant, workflowUrlSchema } from '../../schemas';

export const addOnSchema = z
  .strictObject({
    id: answerId,
    customerId: answerId,
    packId: z.string().meta({ description: 'As the catalog names it.' }),
    quantity: z.int(),
    credits: answerCredits,
    currency: z.string().nullable().meta({ description: 'What it is paid in.' }),
    status: z.enum(['pending', 'paid', 'canceled']),
    checkoutUrl: z.string().nullable().meta({ description: 'While pending: where the customer pays.' }),
    createdAt: answerInstant,
    workflowUrl: workflowUrlSchema,
  })
  .meta({ id: 'AddOnOrder' });

/** An order of packs of credits. */
export function addOnView(order: AddOnOrder): z.output<typeof addOnSchema> {
  return {
    id: order.id,
    customerId: order.customerId,
    packId: order.pack,
    quantity: order.quantity,
    credits: order.credits,
    currency: order.currency,
    status: order.status,
    checkoutUrl: order.status === 'pending' ? order.checkoutUrl : null,
    createdAt: order.createdAt,
  };
}
