import { z } from 'zod';
import type { Action, Catalog, Pack, Plan } from '../../../domain/catalog/catalog';
import { answerCredits, intervalSchema } from '../../schemas';
import { rightsByName, rightsByNameSchema } from '../customers/rights-view';

export const moneySchema = z
  .strictObject({ amountMinor: z.int().meta({ description: 'Cents.' }), currency: z.string() })
  .meta({ id: 'Money' });

const id = z.string().meta({ description: 'As the catalog names it.' });
const duration = z.string().meta({ description: 'An ISO 8601 duration.' });
const amountsSchema = z
  .record(z.string(), z.int())
  .meta({ description: 'Minor units by currency, the default currency first.' });
const formulaSchema = z
  .union([z.int(), z.string()])
  .meta({ description: 'A whole number, or a CEL expression over `input`.' });

const grantSchema = z.strictObject({
  id,
  credits: answerCredits,
  every: z.enum(['once', 'month', 'week', 'day']),
  expires: duration.nullable().meta({ description: 'How long its credits live; null: for ever.' }),
  upTo: answerCredits.nullable().meta({
    description: 'It brings what is left of it up to so many credits; null: whatever is left stays.',
  }),
});

const planSchema = z.strictObject({
  id,
  name: z.string(),
  rank: z.int().meta({ description: 'A change to a higher rank is an upgrade.' }),
  sold: z.enum(['default', 'checkout', 'contract', 'no']),
  prices: z.partialRecord(intervalSchema, amountsSchema).meta({
    description: 'Minor units by currency for each interval; `trialDays` where it begins with a trial.',
  }),
  grants: z.array(grantSchema),
  rights: rightsByNameSchema,
  minimumCredits: answerCredits.nullable().meta({ description: 'What a contract grants a month at least.' }),
});

const actionSchema = z.strictObject({
  id,
  price: formulaSchema.meta({ description: 'Credits a unit.' }),
  quantity: formulaSchema,
  unit: z.string().nullable(),
  requires: z.string().nullable().meta({ description: 'The right that it needs.' }),
  firstFree: z.int().meta({ description: "So many of a customer's first spends cost nothing." }),
  runs: z.enum(['provider', 'external', 'nothing']),
  delivers: z.enum(['images', 'model', 'output', 'license']).nullable(),
  version: z.string().nullable(),
  deadline: duration,
  silence: duration.nullable(),
  input: z.record(z.string(), z.unknown()).meta({ description: 'The JSON Schema of its input.' }),
});

const packSchema = z.strictObject({
  id,
  name: z.string(),
  credits: answerCredits,
  prices: amountsSchema,
  quantityMax: z.int(),
  requires: z.string().nullable().meta({ description: 'The right that it needs.' }),
});

export const catalogSchema = z
  .strictObject({
    version: z.string(),
    plans: z.array(planSchema),
    actions: z.array(actionSchema),
    packs: z.array(packSchema),
    policies: z.strictObject({
      contactAddress: z.string().nullable(),
      graceHours: z.int(),
      royaltyBasisPoints: z.int(),
      jobDeadlineMinutes: z.int(),
      licenseTerms: z.string(),
      addOnQuantityMax: z.int(),
    }),
  })
  .meta({ id: 'Catalog' });

/** What is sold, done and bought, at one version, in the catalog's own form. */
export function catalogView(catalog: Catalog): z.output<typeof catalogSchema> {
  const { version, plans, actions, packs, policies } = catalog;
  return {
    version,
    plans: [...plans.values()].map((plan) => planView(catalog, plan)),
    actions: [...actions.values()].map(actionView),
    packs: [...packs.values()].map(packView),
    policies,
  };
}

function planView(catalog: Catalog, plan: Plan): z.output<typeof planSchema> {
  const { rights, grants, prices, ...rest } = plan;
  return {
    ...rest,
    prices: Object.fromEntries(
      Object.entries(prices).map(([interval, { amounts, trialDays }]) => [
        interval,
        trialDays === 0 ? { ...amounts } : { ...amounts, trialDays },
      ]),
    ),
    grants: grants.map((grant) => ({ ...grant })),
    rights: rightsByName(catalog, rights),
  };
}

function actionView({ price, quantity, input, ...rest }: Action): z.output<typeof actionSchema> {
  return { ...rest, price: price.source, quantity: quantity.source, input: { ...input.schema } };
}

function packView({ prices, ...rest }: Pack): z.output<typeof packSchema> {
  return { ...rest, prices: { ...prices } };
}
