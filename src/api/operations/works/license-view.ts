import { z } from 'zod';
import type { License } from '../../../store/licenses';
import { answerCredits, answerId, answerInstant } from '../../schemas';

export const licenseSchema = z
  .strictObject({
    id: answerId,
    imageId: answerId,
    customerId: answerId,
    terms: z.string().meta({ description: 'The version of the terms.' }),
    credits: answerCredits.meta({ description: 'The price that was paid.' }),
    createdAt: answerInstant,
  })
  .meta({ id: 'License' });

/** The right of one customer to use one image commercially. */
export function licenseView(license: License): z.output<typeof licenseSchema> {
  const { id, imageId, customerId, terms, credits, createdAt } = license;
  return { id, imageId, customerId, terms, credits, createdAt };
}
