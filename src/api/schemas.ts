import { z } from 'zod';
import { INTERVALS } from '../domain/catalog/catalog';
import { parseInstant, type Instant } from '../domain/instants';
import { possibleId } from '../domain/possible-id';
import { isReadableLine } from '../domain/readable-line';
import { PAGE_CURSOR } from '../store/pages';

/*
 * What every operation's schema is built of. The same schemas check requests and make the OpenAPI document; objects are
 * strict, so a field that nobody reads is an error and not a surprise.
 */

/** What a line is for readers of the document, whose regular expressions may know no classes of Unicode: not blank, no control characters. */
const LINE_PATTERN =
  '^[^\\u0000-\\u001f\\u007f-\\u009f]*[^\\s\\u0000-\\u001f\\u007f-\\u009f][^\\u0000-\\u001f\\u007f-\\u009f]*$';

/** One line of readable text. */
export function textSchema(lengthMax: number) {
  return lengthAtMost(lengthMax)
    .refine(isReadableLine, 'must not contain control characters or broken Unicode')
    .refine((text) => text.trim() !== '', 'must not be blank')
    .meta({ pattern: LINE_PATTERN });
}

/** Counted in characters, as JSON Schema does, and not in the halves that some of them take. */
function lengthAtMost(lengthMax: number) {
  return z
    .string()
    .min(1)
    .refine((text) => text.length <= lengthMax || Array.from(text).length <= lengthMax, {
      message: `must have at most ${String(lengthMax)} characters`,
      abort: true,
    })
    .meta({ maxLength: lengthMax });
}

export const idSchema = z.string().transform(possibleId);

/** As RFC 3339, but with capital letters, and from 1970 on. */
const INSTANT_PATTERN =
  '^(19[7-9]\\d|[2-9]\\d{3})-\\d{2}-\\d{2}T\\d{2}:\\d{2}:[0-5]\\d(\\.\\d{1,9})?(Z|[+-]\\d{2}:\\d{2})$';

export const instantSchema = z
  .string()
  .transform((text, context): Instant => {
    const instant = parseInstant(text);
    if (instant !== undefined && /^(19[7-9]|[2-9]\d)\d/.test(text)) return instant;
    context.addIssue('must be an instant in ISO 8601 with its offset, from 1970 on');
    return z.NEVER;
  })
  .meta({ format: 'date-time', pattern: INSTANT_PATTERN });

/** A number of credits that one request may move. */
export const CREDITS_PER_REQUEST_MAX = 1_000_000_000;

/** An absolute `http` or `https` address, as where a checkout page returns to. */
export const urlSchema = z
  .url({ protocol: /^https?$/ })
  .max(2_000)
  .meta({ format: 'uri', pattern: '^https?://' });

const wholeNumber = (value: unknown): unknown =>
  typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;

/** A whole number in a query, where everything is text. */
export function queryNumberSchema(min: number, max: number) {
  return z.preprocess(wholeNumber, z.int().min(min).max(max));
}

/** Where a list goes on: the `nextCursor` of one of its pages. `pattern` is what all of them look like. */
export function cursorSchema(pattern: RegExp) {
  return z.string().regex(pattern, 'must be the nextCursor of a page of this list').meta({
    description: 'The `nextCursor` of the page before.',
  });
}

export const pageQuery = {
  cursor: cursorSchema(PAGE_CURSOR).optional(),
  limit: queryNumberSchema(1, 100).default(50),
};

export const viewerQuery = { customerId: idSchema.optional() };

export const visibilitySchema = z.enum(['public', 'private']);
/** The id of a plan, an action or a pack: whether a catalog has it is asked later, because versions differ. */
export const catalogIdSchema = z
  .string()
  .regex(/^[a-z0-9_]{1,64}$/, 'must be lower-case letters, digits and underscores')
  .meta({ description: 'As the catalog names it.' });
/** ISO 4217, in lower case as at Stripe. */
export const currencySchema = z.string().regex(/^[a-z]{3}$/, 'must be three lower-case letters');
export const planSchema = z.string();
export const actionSchema = z.string();
export const intervalSchema = z.enum(INTERVALS);

/** Shapes of answers. */
export const answerId = z.string();
export const answerInstant = z.iso.datetime();
export const answerCredits = z.int();

/** A list's answer: one page, newest first. */
export function pageOf(item: z.ZodType) {
  return z.strictObject({ data: z.array(item), nextCursor: z.string().nullable() });
}

/** Where a workflow stands behind a thing; put in while the answer is sent (workflow-links.ts). */
export const workflowUrlSchema = z.url().optional().meta({
  description:
    'The page of its workflow in the Temporal Web UI, where that is known. Not told to portal tokens.',
});
