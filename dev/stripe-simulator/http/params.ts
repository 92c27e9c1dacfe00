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
export const positive = integer.refine((value) => value > 0, {
  error: 'Invalid positive integer',
  params: { code: 'parameter_invalid_integer' },
});
export const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
/** Text of which the empty one takes away what was there. */
export const clearable = z.string().transform((value) => (value === '' ? null : value));
/** An address of a person, or nothing; Stripe wants a domain with a dot in it, and repeats what it was sent. */
export const email = clearable.refine(
  (value) => value === null || /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(value),
  {
    error: ({ input }) => `Invalid email address: ${String(input)}`,
    params: { code: 'email_invalid' },
  },
);
/** Where a browser is sent. */
export const webAddress = text.refine(isWebAddress, {
  error: 'Not a valid URL',
  params: { code: 'url_invalid' },
});
/** Keys and values to set; an empty value takes its key away. */
export const metadata = z.union([z.literal('').transform(() => ({})), z.record(z.string(), z.string())]);
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
  if (issue.code === 'custom') return invalidRequest(issue.message, { ...issue.params, param });
  return issue.input === undefined && issue.code === 'invalid_type' && issue.message.includes('undefined')
    ? invalidRequest(`Missing required param: ${param}.`, { code: 'parameter_missing', param })
    : invalidRequest(`Invalid ${param}: ${issue.message}`, { param });
}

function isWebAddress(value: string): boolean {
  if (/[\p{Cc}\s"<>\\^`|]/u.test(value) || !URL.canParse(value)) return false;
  const { protocol, hostname } = new URL(value);
  const isNamed = hostname
    .replace(/\.$/, '')
    .split('.')
    .every((label) => label !== '');
  return isNamed && ['http:', 'https:'].includes(protocol);
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
