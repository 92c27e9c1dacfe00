import { z } from 'zod';
import { parseDuration, type Duration } from '../../domain/durations';
import { isReadableLine } from '../../domain/readable-line';

/*
 * The format of a catalog: the shape of its document, without what its parts must be to one another (rules-of-sale.ts). The
 * descriptions become those of catalog/schema.json.
 */

export const CREDITS_MAX = 1_000_000_000;
const ID_PATTERN = /^[a-z0-9_]{1,64}$/;
const NAME_LENGTH_MAX = 100;
const EXPRESSION_LENGTH_MAX = 1_000;

const someCredits = z.int().min(1).max(CREDITS_MAX);
const line = (lengthMax: number) =>
  z
    .string()
    .min(1)
    .max(lengthMax)
    .refine(isReadableLine, 'must not contain control characters or broken Unicode')
    .refine((text) => text.trim() !== '', 'must not be blank');
const name = line(NAME_LENGTH_MAX);
const id = z
  .string()
  .regex(ID_PATTERN, 'must be an id of at most 64 lower-case letters, digits and underscores')
  .refine((text) => text !== '__proto__', 'must be another name');

/** As an id, and in capitals too, as the rights that the engine asks for are written. */
const right = z
  .string()
  .regex(/^[A-Za-z0-9_]{1,64}$/, 'must be a name of at most 64 letters, digits and underscores')
  .refine((text) => text !== '__proto__', 'must be another name');

/** Its key is an id: said of the key, where zod would say it of the record. */
const byId = <Value extends z.ZodType>(value: Value) => z.record(id, value);

const duration = z
  .string()
  .transform((text, context): Duration => {
    const parsed = parseDuration(text);
    if (parsed !== undefined) return parsed;
    context.addIssue('must be an ISO 8601 duration of at most a hundred years, like P30D or PT10M');
    return z.NEVER;
  })
  .meta({ pattern: '^P' });

const currency = z.string().regex(/^[a-z]{3}$/, 'must be an ISO 4217 currency in three lower-case letters');
const MINOR_UNITS_MAX = 1_000_000_000;
const minorUnits = z.int().min(0).max(MINOR_UNITS_MAX);
const amounts = z.record(currency, minorUnits);

const planPrice = z
  .looseObject({
    trialDays: z.int().min(0).max(730).optional().meta({
      description: 'Days at the beginning that are granted as paid, without money.',
    }),
  })
  .superRefine((price, context) => {
    for (const [key, value] of Object.entries(price)) {
      if (key === 'trialDays') continue;
      const parsed = currency.safeParse(key);
      const fault = parsed.success ? minorUnits.safeParse(value).error : parsed.error;
      if (fault === undefined) continue;
      const message = parsed.success
        ? 'must be a whole number of minor units (cents) from 0 to 1000000000'
        : 'must be "trialDays" or an ISO 4217 currency in three lower-case letters';
      context.addIssue({ code: 'custom', path: [key], message });
    }
  })
  .meta({
    description: 'Whole minor units (cents) by currency, and trialDays.',
    propertyNames: { pattern: '^([a-z]{3}|trialDays)$' },
    additionalProperties: { type: 'integer', minimum: 0, maximum: MINOR_UNITS_MAX },
  });

const grant = z.strictObject({
  id: id.meta({ description: 'Named in the statement. Ids differ within a plan.' }),
  credits: someCredits,
  every: z.enum(['once', 'month', 'week', 'day']).meta({
    description: 'once: for ever; month: the paid cycle; week (from Monday) and day: in UTC.',
  }),
  expires: duration.nullish().meta({
    description: 'How long its credits live, as an ISO 8601 duration. Left out: for ever.',
  }),
  upTo: someCredits.nullish().meta({
    description: 'A grant brings what is left of this grant up to so many credits. Left out: no limit.',
  }),
});

const plan = z.strictObject({
  name,
  rank: z.int().min(0).max(1_000_000).meta({
    description: 'How plans compare: a change to a higher rank is an upgrade. All ranks differ.',
  }),
  sold: z.enum(['default', 'checkout', 'contract', 'no']).meta({
    description:
      'default: who has no subscription (exactly one plan); checkout: to whoever pays; contract: by an operator; no: kept by who has it.',
  }),
  prices: z.strictObject({ month: planPrice.optional(), year: planPrice.optional() }).optional(),
  grants: z.array(grant).max(20).optional(),
  rights: z
    .record(right, z.union([z.boolean(), z.int().min(0)], 'must be true, false or a whole number'))
    .optional()
    .meta({ description: 'What the plan allows, by name. What is not named is false.' }),
  minimumCredits: someCredits.nullish().meta({
    description: 'sold: contract only: what a contract grants a month at least.',
  }),
});

const formula = z
  .union(
    [z.int().min(0).max(CREDITS_MAX), z.string().min(1).max(EXPRESSION_LENGTH_MAX)],
    'must be a whole number or an expression of at most 1000 characters',
  )
  .meta({ description: 'A whole number, or a CEL expression over `input`.' });

const action = z.strictObject({
  price: formula.meta({ description: 'Credits a unit: a whole number, or a CEL expression over `input`.' }),
  quantity: formula.optional().meta({ description: 'Units, 1 if left out: as `price`.' }),
  unit: line(40).nullish().meta({ description: 'The word of a statement for one unit.' }),
  requires: right.nullish().meta({ description: 'The right that a customer needs.' }),
  firstFree: z.int().min(0).max(1_000_000).optional().meta({
    description: "So many of a customer's first spends cost nothing.",
  }),
  runs: z.enum(['provider', 'external', 'nothing']).meta({
    description: 'Who does the work: the job provider, your own service (external), or nobody.',
  }),
  delivers: z.enum(['images', 'model', 'output', 'license']).nullish().meta({
    description: 'provider: images, model or output; nothing: license, or left out; external: left out.',
  }),
  version: line(200).nullish().meta({ description: 'provider only: what it runs, unless a model says it.' }),
  deadline: duration.optional().meta({ description: 'How long the work may take (ISO 8601 duration).' }),
  silence: duration.nullish().meta({
    description: 'external only: how long nothing may be heard, PT10M if left out; null: until the deadline.',
  }),
  input: z.record(z.string(), z.unknown()).nullish().meta({
    description: 'The JSON Schema (2020-12) of the input. Left out: the built-in one of its kind.',
  }),
});

const pack = z.strictObject({
  name,
  credits: someCredits,
  prices: amounts.meta({ description: 'Whole minor units (cents) by currency.' }),
  quantityMax: z.int().min(1).max(1_000).optional().meta({
    description: 'How many one order may have; policies.addOnQuantityMax if left out.',
  }),
  requires: right.nullish().meta({ description: 'The right that a customer needs to buy it.' }),
});

const policies = z.strictObject({
  contactAddress: z.email().nullish().meta({
    description: 'Whom customers ask about contracts; needed where a plan is sold by contract.',
  }),
  graceHours: z.int().min(0).max(720).optional().meta({
    description: 'How long a due but unpaid cycle leaves the subscription active; 3 if left out.',
  }),
  royaltyBasisPoints: z.int().min(0).max(10_000).optional().meta({
    description: "The artist's share of a licence, in hundredths of a percent; 0 if left out.",
  }),
  jobDeadlineMinutes: z.int().min(1).max(10_080).optional().meta({
    description: 'How long work may take whose action names no deadline; 60 if left out.',
  }),
  licenseTerms: line(NAME_LENGTH_MAX).optional().meta({
    description:
      'The name of the terms that licences are issued under; the version of the catalog if left out.',
  }),
  addOnQuantityMax: z.int().min(1).max(1_000).optional().meta({
    description: 'How many of a pack one order may have, unless the pack says it; 100 if left out.',
  }),
});

const order = z
  .strictObject({
    plans: z.array(id).optional(),
    actions: z.array(id).optional(),
    packs: z.array(id).optional(),
    currencies: z.array(currency).optional(),
  })
  .meta({
    description:
      'In what order plans, actions, packs and currencies are listed; the first currency is the default. Left out: as written.',
  });

export const catalogFormat = z.strictObject({
  version: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9.-]{0,62}$/,
      'must be a short name of lower-case letters, digits, points and dashes',
    )
    .meta({ description: 'The name of this version. A published version never changes.' }),
  plans: byId(plan),
  actions: byId(action),
  packs: byId(pack).optional(),
  policies: policies.optional(),
  order: order.optional(),
});

/** A document in the present format, as it was written: what has a default may be missing. */
export type WrittenCatalog = z.output<typeof catalogFormat>;
export type WrittenAction = WrittenCatalog['actions'][string];
export type WrittenPlan = WrittenCatalog['plans'][string];
