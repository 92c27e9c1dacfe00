import { z } from 'zod';
import type { PlanId, Rights } from '../../../domain/catalog';
import { planSchema } from '../../schemas';

export const rightsSchema = z
  .strictObject({
    plan: planSchema,
    privateWork: z.boolean(),
    commercialUse: z.boolean().meta({ description: 'Speaks of images from own models.' }),
    watermark: z.boolean(),
    train: z.boolean(),
    addOns: z.boolean(),
  })
  .meta({ id: 'Rights' });

/** What a plan lets its customer do now. */
export function rightsView(plan: PlanId, rights: Rights): z.output<typeof rightsSchema> {
  const { privateWork, commercialUse, watermark, train, addOns } = rights;
  return { plan, privateWork, commercialUse, watermark, train, addOns };
}
