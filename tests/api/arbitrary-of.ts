import fc from 'fast-check';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Real values by the name of the field they stand in, such as ids of things that exist. */
export type Known = Readonly<Record<string, readonly string[]>>;

/**
 * Whatever a schema of the document allows, and nothing else. Where a field has a name of `known`, often one of those values,
 * so that a request also comes past the first look-up.
 */
export function arbitraryOf(schema: JsonSchema, known: Known, name = ''): fc.Arbitrary<unknown> {
  const { anyOf, oneOf, properties } = schema;
  if (schema['const'] !== undefined) return fc.constant(schema['const']);
  if (schema['enum'] !== undefined) return fc.constantFrom(...(schema['enum'] as readonly unknown[]));
  const options = (oneOf ?? anyOf) as readonly JsonSchema[] | undefined;
  if (options !== undefined && properties === undefined)
    return fc.oneof(...options.map((option) => arbitraryOf(option, known, name)));
  switch (schema['type']) {
    case 'object':
      return objectOf(schema, known);
    case 'array':
      return arrayOf(schema, known, name);
    case 'string':
      return stringOf(schema, known[name] ?? []);
    case 'integer':
      return integerOf(schema);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.jsonValue();
  }
}

function objectOf(schema: JsonSchema, known: Known): fc.Arbitrary<object> {
  const { properties = {}, required = [] } = schema as {
    properties?: Readonly<Record<string, JsonSchema>>;
    required?: string[];
  };
  const { anyOf = [] } = schema as { anyOf?: readonly { readonly required: readonly string[] }[] };
  const fields = Object.entries(properties).map(([name, one]) => [name, arbitraryOf(one, known, name)]);
  const shape = Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>;
  return fc
    .record(shape, { requiredKeys: required })
    .filter((one) => anyOf.length === 0 || anyOf.some((way) => way.required.every((name) => name in one)));
}

function arrayOf(schema: JsonSchema, known: Known, name: string): fc.Arbitrary<unknown[]> {
  const {
    items = {},
    minItems = 0,
    maxItems = minItems + 3,
    uniqueItems = false,
  } = schema as {
    items?: JsonSchema;
    minItems?: number;
    maxItems?: number;
    uniqueItems?: boolean;
  };
  const lengths = { minLength: minItems, maxLength: Math.min(maxItems, minItems + 3) };
  const item = arbitraryOf(items, known, name);
  return uniqueItems ? fc.uniqueArray(item, lengths) : fc.array(item, lengths);
}

function stringOf(schema: JsonSchema, values: readonly string[]): fc.Arbitrary<string> {
  const {
    pattern,
    format,
    minLength = 0,
    maxLength = Math.max(minLength, 40),
  } = schema as {
    pattern?: string;
    format?: string;
    minLength?: number;
    maxLength?: number;
  };
  const made = madeString({ pattern, format }, { minLength, maxLength });
  return values.length === 0
    ? made
    : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: made });
}

const CHARACTERS = ['a', ' ', 'é', '字', '🎨', '\u{10ffff}'];

function madeString(
  { pattern, format }: { readonly pattern: string | undefined; readonly format: string | undefined },
  lengths: { readonly minLength: number; readonly maxLength: number },
): fc.Arbitrary<string> {
  if (format === 'date-time') {
    const instants = fc.date({ min: new Date(0), max: new Date('9999-12-30'), noInvalidDate: true });
    return instants.map((instant) => instant.toISOString());
  }
  if (format === 'uri') return fc.webUrl({ size: 'small' });
  if (pattern === undefined) return fc.string({ unit: 'grapheme', ...lengths });
  const wellFormed = new RegExp(pattern, 'u');
  const ofLength = (text: string): boolean => {
    const { length } = Array.from(text);
    return length >= lengths.minLength && length <= lengths.maxLength && wellFormed.test(text);
  };
  const matching = fc.stringMatching(wellFormed, { size: 'small' }).filter(ofLength);
  if (!wellFormed.test(CHARACTERS.join(''))) return matching;
  // Half of the texts of any length, with characters of one, two, three and four bytes.
  const texts = fc.string({ unit: fc.constantFrom(...CHARACTERS), ...lengths, size: 'max' });
  return fc.oneof(matching, texts.filter(ofLength));
}

function integerOf(schema: JsonSchema): fc.Arbitrary<number> {
  const { minimum, maximum, not } = schema as {
    minimum?: number;
    maximum?: number;
    not?: { readonly const: number };
  };
  return fc
    .integer({ min: minimum ?? -(2 ** 31), max: Math.min(maximum ?? 2 ** 31, 2 ** 31 - 1) })
    .filter((value) => not?.const !== value);
}
