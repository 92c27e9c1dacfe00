import { parse } from 'yaml';
import { z } from 'zod';
import { ACTIONS, INTERVALS, PLAN_IDS, type Catalog, type Interval, type Plan } from '../domain/catalog/catalog';
import { credits } from '../domain/credits';
import { DomainError } from '../domain/errors';
import { sayFault } from '../platform/say-fault';

const creditsSchema = z.int().min(0).max(1_000_000_000).transform(credits);
const moneySchema = z.strictObject({
  amountMinor: z.int().min(0).max(1_000_000_000),
  currency: z.string().regex(/^[a-z]{3}$/, 'must be three lower-case letters'),
});
const rightsSchema = z.strictObject({
  privateWork: z.boolean(),
  commercialUse: z.boolean(),
  watermark: z.boolean(),
  train: z.boolean(),
  license: z.boolean(),
  addOns: z.boolean(),
});
const planSchema = z.strictObject({
  name: z.string().min(1).max(100),
  rank: z.int().min(0),
  grant: z.enum(['once', 'monthly', 'contract']),
  credits: creditsSchema,
  prices: z.partialRecord(z.enum(INTERVALS), moneySchema),
  rights: rightsSchema,
});
const catalogSchema = z.strictObject({
  version: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9.-]{0,62}$/,
      'must be a short name of lower-case letters, digits, points and dashes',
    ),
  plans: z.record(z.enum(PLAN_IDS), planSchema),
  actions: z.record(z.enum(ACTIONS), z.strictObject({ credits: creditsSchema })),
  packs: z
    .array(
      z.strictObject({
        id: z
          .string()
          .regex(/^[a-z0-9_]{1,64}$/, 'must be at most 64 lower-case letters, digits and underscores'),
        name: z.string().min(1).max(100),
        credits: creditsSchema.refine((value) => value > 0, 'must be more than 0'),
        price: moneySchema,
      }),
    )
    .min(1),
  policies: z.strictObject({
    contactAddress: z.email(),
    graceHours: z.int().min(0).max(720),
    royaltyBasisPoints: z.int().min(0).max(10_000),
    jobDeadlineMinutes: z.int().min(1).max(10_080),
    licenseTerms: z.string().min(1).max(100),
    addOnQuantityMax: z.int().min(1).max(1_000),
  }),
});

/**
 * Parses and checks a catalog as YAML (or JSON, which is YAML). Throws `DomainError('invalid_request')` that names every
 * fault with its path: wrong shapes, a paid plan without a price, two packs or ranks alike.
 */
export function parseCatalog(text: string): Catalog {
  const document = catalogSchema.safeParse(parseYaml(text), { error: sayFault });
  if (!document.success) {
    const faults = document.error.issues.map((issue) => `${issue.path.join('.') || 'it'} ${issue.message}`);
    throw invalid(faults);
  }
  const { plans, ...rest } = document.data;
  const catalog: Catalog = {
    ...rest,
    plans: {
      free: { id: 'free', ...withoutUndefinedPrices(plans.free) },
      standard: { id: 'standard', ...withoutUndefinedPrices(plans.standard) },
      pro: { id: 'pro', ...withoutUndefinedPrices(plans.pro) },
      custom: { id: 'custom', ...withoutUndefinedPrices(plans.custom) },
    },
  };
  const faults = semanticFaults(catalog);
  if (faults.length > 0) throw invalid(faults);
  return catalog;
}

function parseYaml(text: string): unknown {
  try {
    return parse(text) as unknown;
  } catch (error) {
    throw invalid([error instanceof Error ? error.message : String(error)]);
  }
}

function withoutUndefinedPrices(plan: z.output<typeof planSchema>): Omit<Plan, 'id'> {
  const prices: Partial<Record<Interval, Plan['prices'][Interval] & object>> = {};
  for (const interval of INTERVALS) {
    const price = plan.prices[interval];
    if (price !== undefined) prices[interval] = price;
  }
  return { ...plan, prices };
}

function semanticFaults(catalog: Catalog): string[] {
  const plans = Object.values(catalog.plans);
  const faults = plans
    .filter((plan) => plan.grant === 'monthly' && plan.prices.month === undefined)
    .map((plan) => `plans.${plan.id}.prices: a monthly plan needs a price a month`);
  // A payment that brings no credits could never be granted.
  faults.push(
    ...plans
      .filter((plan) => plan.grant === 'monthly' && plan.credits === 0)
      .map((plan) => `plans.${plan.id}.credits: a monthly plan grants credits`),
  );
  if (catalog.plans.free.grant !== 'once') faults.push('plans.free.grant: the free plan grants once');
  if (new Set(plans.map((plan) => plan.rank)).size < plans.length)
    faults.push('plans: two plans have one rank');
  const packIds = catalog.packs.map((pack) => pack.id);
  if (new Set(packIds).size < packIds.length) faults.push('packs: two packs have one id');
  return faults;
}

function invalid(faults: readonly string[]): DomainError {
  return new DomainError('invalid_request', `The catalog is not valid: ${faults.join('; ')}.`, { faults });
}
