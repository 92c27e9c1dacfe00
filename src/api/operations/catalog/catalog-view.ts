import { z } from 'zod';
import { ACTIONS, PLAN_IDS, type Catalog } from '../../../domain/catalog';
import { actionSchema, answerCredits, planSchema } from '../../schemas';
import { rightsSchema, rightsView } from '../customers/rights-view';

export const moneySchema = z
  .strictObject({ amountMinor: z.int().meta({ description: 'Cents.' }), currency: z.string() })
  .meta({ id: 'Money' });

export const catalogSchema = z
  .strictObject({
    version: z.string(),
    plans: z.array(
      z.strictObject({
        id: planSchema,
        name: z.string(),
        grant: z.enum(['once', 'monthly', 'contract']),
        credits: answerCredits,
        prices: z.strictObject({ month: moneySchema.nullable(), year: moneySchema.nullable() }),
        rights: rightsSchema,
      }),
    ),
    actions: z.array(z.strictObject({ id: actionSchema, credits: answerCredits })),
    packs: z.array(
      z.strictObject({ id: z.string(), name: z.string(), credits: answerCredits, price: moneySchema }),
    ),
  })
  .meta({ id: 'Catalog' });

/** What is sold, done and bought, at one version. */
export function catalogView(catalog: Catalog): z.output<typeof catalogSchema> {
  return {
    version: catalog.version,
    plans: PLAN_IDS.map((id) => catalog.plans[id]).map(({ id, name, grant, credits, prices, rights }) => ({
      id,
      name,
      grant,
      credits,
      prices: { month: prices.month ?? null, year: prices.year ?? null },
      rights: rightsView(id, rights),
    })),
    actions: ACTIONS.map((id) => ({ id, credits: catalog.actions[id].credits })),
    packs: catalog.packs.map(({ id, name, credits, price }) => ({ id, name, credits, price })),
  };
}
