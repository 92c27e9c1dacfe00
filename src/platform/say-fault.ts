import type { z } from 'zod';

/*
 * Says what is wrong with outside input as a person would: the end of a sentence that begins with the name of the field. Given to
 * each `safeParse` whose faults people read; a schema's own message takes precedence.
 */

type Issue = z.core.$ZodRawIssue;

const NAMES_OF_TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
};

const NAMES_OF_FORMATS: Readonly<Record<string, string>> = {
  email: 'an email address',
  url: 'an address that begins with http:// or https://',
  datetime: 'an instant in ISO 8601, like 2026-01-31T12:00:00Z',
  date: 'a date, like 2026-01-31',
};

/** The message for an issue: "is missing", "must be a whole number", "must be one of …". */
export function sayFault(issue: Issue): string {
  if (issue.input === undefined) return 'is missing';
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${NAMES_OF_TYPES[isWholeNumber(issue) ? 'int' : issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return issue.values.length === 1
        ? `must be ${wordOf(issue.values[0])}`
        : `must be one of ${issue.values.map(wordOf).join(', ')}`;
    case 'too_small':
      return bound(issue.origin, 'at least', issue.minimum, issue.inclusive);
    case 'too_big':
      return bound(issue.origin, 'at most', issue.maximum, issue.inclusive);
    case 'unrecognized_keys':
      return issue.keys.length === 1
        ? `has an unknown member: ${wordOf(issue.keys[0])}`
        : `has unknown members: ${issue.keys.map(wordOf).join(', ')}`;
    case 'invalid_format':
      return issue.format === 'regex'
        ? `must match ${issue.pattern ?? 'its pattern'}`
        : `must be ${NAMES_OF_FORMATS[issue.format] ?? issue.format}`;
    case 'not_multiple_of':
      return `must be a multiple of ${String(issue.divisor)}`;
    case 'invalid_union':
      return sayUnion(issue);
    case 'invalid_key':
      return 'has an unknown name';
    case 'invalid_element':
    case 'custom':
      return 'is not valid';
  }
}

/** That a number must be whole is said in one word with its type, and not only when it is a number. */
function isWholeNumber({ inst }: Issue): boolean {
  const definition = inst?._zod.def;
  return definition !== undefined && 'format' in definition && definition.format === 'safeint';
}

function sayUnion(issue: Extract<Issue, { code: 'invalid_union' }>): string {
  const options: unknown = issue.options;
  if (issue.discriminator === undefined || !Array.isArray(options)) return 'has none of the known shapes';
  const { input } = issue;
  const given = typeof input === 'object' && input !== null && issue.discriminator in input;
  return `${given ? '' : 'is missing; it '}must be one of ${options.map(wordOf).join(', ')}`;
}

function bound(origin: string, word: string, limit: number | bigint, inclusive = true): string {
  const number = String(limit);
  switch (origin) {
    case 'string':
      if (word === 'at least' && limit === 1) return 'must not be empty';
      return `must be ${word} ${number} characters long`;
    case 'array':
    case 'set':
      return `must have ${word} ${number} ${limit === 1 ? 'item' : 'items'}`;
    default:
      if (inclusive) return `must be ${word} ${number}`;
      return `must be ${word === 'at least' ? 'more' : 'less'} than ${number}`;
  }
}

function wordOf(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
