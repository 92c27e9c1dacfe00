import { z } from 'zod';
import { ACTIONS, INTERVALS, PLAN_IDS } from '../domain/catalog';
import { parseInstant, type Instant } from '../domain/instants';
import { isReadableLine } from '../domain/readable-line';
import { isPageCursor } from '../store/pages';

/*
 * What every operation's schema is built of. The same schemas check requests and make the OpenAPI document; objects are
 * strict, so a field that nobody reads is an error and not a surprise.
 */

/** Nothing that is unreadable on a line, but lines and tabs may stand in longer texts. */
const UNREADABLE_IN_LINES = /[^\P{Cc}\n\r\t]|\p{Surrogate}/u;

/** One line of readable text. */
export function textSchema(lengthMax: number) {
  return z
    .string()
    .min(1)
    .max(lengthMax)
    .refine(isReadableLine, 'must not contain control characters or broken Unicode')
    .refine((text) => text.trim() !== '', 'must not be blank');
}

/** Readable text of several lines. */
export function linesSchema(lengthMax: number) {
  return z
    .string()
    .min(1)
    .max(lengthMax)
    .refine(
      (text) => !UNREADABLE_IN_LINES.test(text),
      'must not contain control characters or broken Unicode',
    )
    .refine((text) => text.trim() !== '', 'must not be blank');
}

/** No id of ours: what takes the place of a text that cannot be one. */
const NO_ID = '-';

/** Any text is a possible id. What cannot be one of ours is looked up as one that nothing has, and answered 404. */
export function possibleId(text: string): string {
  return /^[A-Za-z0-9_-]{1,100}$/.test(text) ? text : NO_ID;
}

export const idSchema = z.string().transform(possibleId);

export const instantSchema = z
  .string()
  .transform((text, context): Instant => {
    const instant = parseInstant(text);
    if (instant !== undefined && /^(19[7-9]|[2-9]\d)\d/.test(instant)) return instant;
    context.addIssue('must be an instant in ISO 8601 with its offset, from 1970 on');
    return z.NEVER;
  })
  .meta({ format: 'date-time' });

/** A number of credits that one request may move. */
export const CREDITS_PER_REQUEST_MAX = 1_000_000_000;

/** An absolute `http` or `https` address, as where a checkout page returns to. */
export const urlSchema = z.url({ protocol: /^https?$/ }).max(2_000);

const wholeNumber = (value: unknown): unknown =>
  typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;

/** A whole number in a query, where everything is text. */
export function queryNumberSchema(min: number, max: number) {
  return z.preprocess(wholeNumber, z.int().min(min).max(max));
}

/** Where a list goes on; `isOurs` tells whether that list could have given it out. */
export function cursorSchema(isOurs: (cursor: string) => boolean) {
  return z.string().min(1).max(1_000).refine(isOurs, 'must be a cursor that this list gave out');
}

export const pageQuery = {
  cursor: cursorSchema(isPageCursor).optional(),
  limit: queryNumberSchema(1, 100).default(50),
};

export const viewerQuery = { customerId: idSchema.optional() };

export const visibilitySchema = z.enum(['public', 'private']);
export const planSchema = z.enum(PLAN_IDS);
export const actionSchema = z.enum(ACTIONS);
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
