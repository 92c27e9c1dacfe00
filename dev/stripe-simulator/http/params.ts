import { z } from 'zod';
import { invalidRequest, type StripeError } from '../stripe-error';

/*
 * Parameters arrive as text. These schemas turn them into what they mean; a parameter that no schema names is refused,
 * as Stripe refuses it, so that a misspelt one is found here and not in production.
 */

export const text = z.string().min(1);
export const integer = z
  .string()
  .regex(/^-?\d{1,15}$/, 'Invalid integer')
  .transform(Number);
export const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
/** Text of which the empty one takes away what was there. */
export const clearable = z.string().transform((value) => (value === '' ? null : value));
/** Keys and values to set; an empty value takes its key away. */
export const metadata = z.union([z.record(z.string(), z.string()), z.literal('').transform(() => ({}))]);
export const currency = z.string().regex(/^[a-z]{3}$/, 'Invalid currency');
/** Seconds since the epoch, before, at or after which an object was created. */
export const created = z.union([
  integer.transform((at) => ({ gte: at, lte: at })),
  z.strictObject({
    gt: integer.optional(),
    gte: integer.optional(),
    lt: integer.optional(),
    lte: integer.optional(),
  }),
]);
export type CreatedFilter = z.output<typeof created>;

/** What every list accepts. */
export const page = {
  limit: integer.pipe(z.number().min(1).max(100)).default(10),
  starting_after: text.optional(),
  ending_before: text.optional(),
};

/** What every call accepts. */
export const expand = z.array(text).default([]);

/** The first thing that is wrong with the parameters, in Stripe's words. */
export function invalidParams(error: z.ZodError): StripeError {
  const issue = deepest(error.issues[0]);
  if (issue === undefined) return invalidRequest('Invalid request.');
  if (issue.code === 'unrecognized_keys') {
    const param = nameOf([...issue.path, issue.keys[0] ?? '']);
    return invalidRequest(`Received unknown parameter: ${param}`, { code: 'parameter_unknown', param });
  }
  const param = nameOf(issue.path);
  return issue.input === undefined && issue.code === 'invalid_type' && issue.message.includes('undefined')
    ? invalidRequest(`Missing required param: ${param}.`, { code: 'parameter_missing', param })
    : invalidRequest(`Invalid ${param}: ${issue.message}`, { param });
}

/** Of a value that fits no member of a union, what keeps it from being the last one, which is the richest. */
function deepest(issue: z.core.$ZodIssue | undefined): z.core.$ZodIssue | undefined {
  if (issue?.code !== 'invalid_union') return issue;
  const inner = issue.errors.at(-1)?.[0];
  return inner === undefined ? issue : deepest({ ...inner, path: [...issue.path, ...inner.path] });
}

function nameOf(path: readonly PropertyKey[]): string {
  const [head, ...rest] = path.map(String);
  return `${head ?? ''}${rest.map((part) => `[${part}]`).join('')}`;
}
