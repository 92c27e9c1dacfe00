import { z } from 'zod';
import type { Catalog, PlanId } from '../../../domain/catalog/catalog';
import { planOrDefault } from '../../../domain/catalog/plans';
import { allRightsOf } from '../../../domain/catalog/rights';
import { planSchema } from '../../schemas';

/** Rights by name: those that Scrip gives a meaning to are always there, all others are as the catalog names them. */
const right = z.union([z.boolean(), z.int()]);
export const rightsByNameSchema = z
  .object({
    privateWork: z.boolean(),
    commercialUse: z.boolean().meta({ description: 'Speaks of images from own models.' }),
    watermark: z.boolean(),
    addOns: z.boolean(),
  })
  .catchall(right)
  .meta({
    id: 'RightsByName',
    description:
      'Every right that a plan of the catalog names or an action or pack requires: true, false or a number.',
  });

export const rightsSchema = rightsByNameSchema
  .extend({ plan: planSchema })
  .catchall(z.union([right, z.string()]))
  .meta({ id: 'Rights', description: 'The plan, and every right of the catalog by its name.' });

/** What a plan lets its customer do now, by every right that means something in the catalog. */
export function rightsView(id: PlanId, catalog: Catalog): z.output<typeof rightsSchema> {
  const { rights } = planOrDefault(catalog, id);
  return { ...rightsByName(catalog, rights), plan: id };
}

/** Rights by every name that means something in the catalog. */
export function rightsByName(
  catalog: Catalog,
  rights: Parameters<typeof allRightsOf>[1],
): z.output<typeof rightsByNameSchema> {
  return allRightsOf(catalog, rights) as z.output<typeof rightsByNameSchema>;
}
