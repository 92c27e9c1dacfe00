import type { ErrorObject } from 'ajv';

const NAMES_OF_TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
};

const NAMES_OF_FORMATS: Readonly<Record<string, string>> = {
  line: 'readable text on one line, and not blank',
  lines: 'readable text, and not blank',
  date: 'a date, like 2026-01-31',
  'date-time': 'an instant in ISO 8601, like 2026-01-31T12:00:00Z',
  time: 'a time with its offset, like 12:00:00Z',
  email: 'an email address',
  uri: 'an address that begins with its scheme',
  uuid: 'a UUID',
};

/**
 * Says what is wrong with the input of an action as the API says it of its own fields: `input.count must be a whole number`. Undefined
 * for an error that only says which branch of a condition another one was found in.
 */
export function sayInputFault(error: ErrorObject): string | undefined {
  const params: Readonly<Record<string, unknown>> = error.params;
  const path = `input${error.instancePath.replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~')}`;
  const said = (words: string) => `${path} ${words}`;
  switch (error.keyword) {
    case 'required':
      return `${path}.${String(params['missingProperty'])} is missing`;
    case 'additionalProperties':
      return said(`has an unknown member: ${JSON.stringify(params['additionalProperty'])}`);
    case 'type':
      return said(`must be ${[params['type']].flat().map(nameOfType).join(' or ')}`);
    case 'enum':
      return said(`must be one of ${[params['allowedValues']].flat().map(wordOf).join(', ')}`);
    case 'const':
      return said(`must be ${wordOf(params['allowedValue'])}`);
    case 'minimum':
      return said(`must be at least ${String(params['limit'])}`);
    case 'maximum':
      return said(`must be at most ${String(params['limit'])}`);
    case 'exclusiveMinimum':
      return said(`must be more than ${String(params['limit'])}`);
    case 'exclusiveMaximum':
      return said(`must be less than ${String(params['limit'])}`);
    case 'multipleOf':
      return said(`must be a multiple of ${String(params['multipleOf'])}`);
    case 'minLength':
      return said(
        params['limit'] === 1
          ? 'must not be empty'
          : `must have at least ${String(params['limit'])} characters`,
      );
    case 'maxLength':
      return said(`must have at most ${String(params['limit'])} characters`);
    case 'minItems':
      return said(`must have at least ${itemsOf(params['limit'])}`);
    case 'maxItems':
      return said(`must have at most ${itemsOf(params['limit'])}`);
    case 'uniqueItems':
      return said('must not have an item twice');
    case 'pattern':
      return said(`must match ${String(params['pattern'])}`);
    case 'format':
      return said(`must be ${NAMES_OF_FORMATS[String(params['format'])] ?? String(params['format'])}`);
    case 'if':
      return undefined;
    case 'anyOf':
    case 'oneOf':
    case 'not':
      return said('has none of the known shapes');
    default:
      return said(error.message ?? 'is not valid');
  }
}

function nameOfType(type: unknown): string {
  return NAMES_OF_TYPES[String(type)] ?? String(type);
}

function itemsOf(limit: unknown): string {
  return `${String(limit)} ${limit === 1 ? 'item' : 'items'}`;
}

function wordOf(value: unknown): string {
  return JSON.stringify(value);
}
