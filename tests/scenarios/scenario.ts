import { z } from 'zod';

/*
 * What a scenario may say. Scenarios are data (scenarios.yaml): each is one customer's story on the sandbox's clock, told
 * through HTTP alone, with the numbers that must be seen on the way.
 */

const plan = z.enum(['standard', 'pro', 'custom']);
const code = z.string();

/** Stripe's test cards by what they do: the number for the checkout page, the payment method for a change of card. */
export const CARDS = {
  pays: { number: '4242424242424242', paymentMethod: 'pm_card_visa' },
  declines: { number: '4000000000000002', paymentMethod: 'pm_card_chargeDeclined' },
  fails_when_charged: { number: '4000000000000341', paymentMethod: 'pm_card_chargeCustomerFail' },
  asks_for_authentication: { number: '4000002760003184', paymentMethod: 'pm_card_authenticationRequired' },
  is_disputed: { number: '4000000000000259', paymentMethod: 'pm_card_createDispute' },
  refuses_refunds: { number: '4000000000005126', paymentMethod: 'pm_card_refundFail' },
} as const;
const card = z.enum([
  'pays',
  'declines',
  'fails_when_charged',
  'asks_for_authentication',
  'is_disputed',
  'refuses_refunds',
]);

/** Numbers and states that the customer, her subscription and her rights must show. */
const expectation = z.strictObject({
  available: z.int().optional(),
  held: z.int().optional(),
  owed: z.int().optional(),
  /** Of the rights, now. */
  plan: z.string().optional(),
  train: z.boolean().optional(),
  status: z.enum(['incomplete', 'active', 'past_due', 'paused', 'canceled']).optional(),
  pendingPlan: z.string().nullable().optional(),
  /** The cycle since the anchor, and the day of the month on which its period starts. */
  cycle: z.int().optional(),
  periodDay: z.int().optional(),
  nextGrantCredits: z.int().nullable().optional(),
  addOn: z.enum(['pending', 'paid', 'canceled']).optional(),
});

const steps = {
  /** Goes on to the next such day, at ten in the morning. */
  start: z.strictObject({ month: z.int(), day: z.int(), leapYear: z.boolean().optional() }),
  subscribe: z.strictObject({
    plan,
    interval: z.enum(['month', 'year']).default('month'),
    collection: z.enum(['checkout', 'invoice']).default('checkout'),
    card: card.default('pays'),
    pay: z.boolean().default(true),
    refused: code.optional(),
  }),
  /** By an ISO 8601 duration, or to the start of a cycle of the subscription and so far beyond (or before) it. */
  advance: z.union([z.string(), z.strictObject({ cycle: z.int(), seconds: z.int().default(0) })]),
  /** Work done elsewhere, paid at once (an external hold that is captured). */
  spend: z.union([z.int(), z.strictObject({ credits: z.int(), refused: code })]),
  hold: z.strictObject({ credits: z.int(), expiresIn: z.int().optional() }),
  capture_hold: z.strictObject({ credits: z.int().optional(), refused: code.optional() }),
  void_hold: z.strictObject({ refused: code.optional() }),
  change_plan: z.strictObject({ plan, refused: code.optional() }),
  cancel: z.enum(['period_end', 'now']),
  resume: z.strictObject({ refused: code.optional() }),
  pause: z.strictObject({ refused: code.optional() }),
  add_on: z.strictObject({
    quantity: z.int().default(1),
    card: card.default('pays'),
    pay: z.boolean().default(true),
    /** So many orders, paid at the same moment. */
    times: z.int().default(1),
    refused: code.optional(),
  }),
  /** Changes the card on file. */
  card,
  /** Pays what is open by hand. */
  pay_open_invoice: z.strictObject({}),
  /** Of the latest payment for the subscription, or for an add-on; a share of what was paid. */
  refund: z.strictObject({ of: z.enum(['plan', 'add_on']), numerator: z.int(), denominator: z.int() }),
  evidence: z.enum(['winning', 'losing']),
  webhooks: z.strictObject({
    drop: z.union([z.boolean(), z.number()]).optional(),
    copies: z.int().optional(),
    delay: z.int().optional(),
    shuffle: z.boolean().optional(),
  }),
  contract: z.strictObject({ credits: z.int(), amount: z.int(), termMonths: z.int() }),
  /** An operator notes money that came elsewhere, up to the start of a cycle; without one yet, so many months from now. */
  record_payment: z.strictObject({ cycle: z.int() }),
  auto_top_up: z.strictObject({ threshold: z.int(), quantity: z.int(), monthlyMaximum: z.int() }),
  adjust: z.strictObject({ credits: z.int(), refused: code.optional() }),
  expect: expectation,
} as const;

export type StepName = keyof typeof steps;
export type StepInput<Name extends StepName> = z.output<(typeof steps)[Name]>;

const stepSchema = z.record(z.string(), z.unknown()).transform((entry, context) => {
  const [name, ...more] = Object.keys(entry);
  const schema = name === undefined ? undefined : (steps as Record<string, z.ZodType>)[name];
  if (name === undefined || schema === undefined || more.length > 0) {
    context.addIssue(`a step is one of ${Object.keys(steps).join(', ')}`);
    return z.NEVER;
  }
  const input = schema.safeParse(entry[name] ?? {});
  if (!input.success) {
    context.addIssue(`${name}: ${input.error.message}`);
    return z.NEVER;
  }
  return { name: name as StepName, input: input.data };
});

export type Step = z.output<typeof stepSchema>;

/** The whole table. */
export const scenariosSchema = z.array(
  z.strictObject({ name: z.string(), why: z.string(), steps: z.array(stepSchema) }),
);
export type Scenario = z.output<typeof scenariosSchema>[number];
