import type { Fault, Path } from './fault';

/*
 * Which JSON Schemas a catalog may give for the input of an action: those whose check costs little, whatever a customer sends, and
 * that need nothing from elsewhere. Everything else is the standard's (draft 2020-12).
 */

type JsonSchema = Readonly<Record<string, unknown>>;

const DEPTH_MAX = 12;
const PATTERN_LENGTH_MAX = 200;
/** The longest text that is compared with a pattern. */
const PATTERN_TEXT_MAX = 256;
/** A match that may begin anywhere counts as a repetition. */
const REPETITIONS_MAX = 3;
/** Each may double the time. */
const CHOICES_MAX = 8;

const SCHEMA_IN = ['additionalProperties', 'items', 'contains', 'not', 'if', 'then', 'else'];
const SCHEMAS_IN = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
const SCHEMAS_BY_NAME_IN = ['properties', 'dependentSchemas'];
const KEYWORDS: ReadonlySet<string> = new Set([
  ...SCHEMA_IN,
  ...SCHEMAS_IN,
  ...SCHEMAS_BY_NAME_IN,
  ...['type', 'enum', 'const', 'required', 'dependentRequired', 'minProperties', 'maxProperties'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['minLength', 'maxLength', 'pattern', 'format'],
  ...['minItems', 'maxItems', 'uniqueItems', 'minContains', 'maxContains'],
  ...['title', 'description', 'default', 'examples', 'deprecated', '$comment'],
]);

/** The formats that are checked. `line` and `lines`: readable text that is not blank, on one line or several. */
export const FORMATS_OF_INPUT = [
  'line',
  'lines',
  'date',
  'date-time',
  'time',
  'email',
  'uri',
  'uuid',
] as const;

/** What a catalog may not write in a schema, with the path below the action's `input`. */
export function faultsOfInputSchema(schema: unknown, path: Path = []): Fault[] {
  if (path.length === 0 && (!isObject(schema) || schema['type'] !== 'object'))
    return [{ path, message: 'must be a JSON Schema with "type": "object"' }];
  return [...faultsOfSchema(schema, path, 0), ...(path.length === 0 ? faultsOfRequired(schema) : [])];
}

function faultsOfSchema(schema: unknown, path: Path, depth: number): Fault[] {
  if (typeof schema === 'boolean') return [];
  if (!isObject(schema)) return [{ path, message: 'must be a JSON Schema' }];
  if (depth > DEPTH_MAX) return [{ path, message: `must not be nested more than ${DEPTH_MAX} times` }];
  return Object.entries(schema).flatMap(([keyword, value]) => {
    const at = [...path, keyword];
    if (!KEYWORDS.has(keyword))
      return [{ path: at, message: 'is no keyword that the input of an action may use' }];
    if (keyword === 'pattern') return faultsOfPattern(schema, at);
    if (keyword === 'format' && !FORMATS_OF_INPUT.some((format) => format === value))
      return [{ path: at, message: `must be one of ${FORMATS_OF_INPUT.join(', ')}` }];
    if (SCHEMA_IN.includes(keyword)) return faultsOfSchema(value, at, depth + 1);
    if (SCHEMAS_IN.includes(keyword) && Array.isArray(value))
      return value.flatMap((item, index) => faultsOfSchema(item, [...at, index], depth + 1));
    if (SCHEMAS_BY_NAME_IN.includes(keyword) && isObject(value))
      return Object.entries(value).flatMap(([name, item]) => faultsOfSchema(item, [...at, name], depth + 1));
    return [];
  });
}

/** A field that is required and not described is a slip of the pen: nobody could know what it is. */
function faultsOfRequired(schema: unknown): Fault[] {
  if (!isObject(schema) || !Array.isArray(schema['required'])) return [];
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  return schema['required'].flatMap((name, at) =>
    typeof name === 'string' && !Object.hasOwn(properties, name)
      ? [
          {
            path: ['required', at],
            message: `names ${JSON.stringify(name)}, which "properties" does not have`,
          },
        ]
      : [],
  );
}

/**
 * A pattern can take exponential time when it repeats a group or has many choices, and time in a power of the text's length for each
 * repetition. So no group is repeated, choices and repetitions are few, and the text is short.
 */
function faultsOfPattern(schema: JsonSchema, path: Path): Fault[] {
  const { pattern, maxLength } = schema;
  if (typeof pattern !== 'string') return [{ path, message: 'must be text' }];
  if (typeof maxLength !== 'number' || maxLength > PATTERN_TEXT_MAX)
    return [{ path, message: `needs a maxLength of at most ${PATTERN_TEXT_MAX} beside it` }];
  if (pattern.length > PATTERN_LENGTH_MAX)
    return [{ path, message: `must be at most ${PATTERN_LENGTH_MAX} characters long` }];
  const bare = pattern
    .replace(/\\u\{[0-9a-fA-F]+\}|\\[pP]\{[^}]*\}|\\[^1-9k]/g, '_')
    .replace(/\[[^\]]*\]/g, '_');
  if (/\\/.test(bare) || /\(\?[=!<]/.test(bare))
    return [{ path, message: 'must not refer back or look around' }];
  if (/\)[*+{]/.test(bare)) return [{ path, message: 'must not repeat a group' }];
  const isAnchored = /^\^[^|]*$/.test(bare);
  if (countOf(bare, /[*+]|\{\d+,\d*\}/g) + (isAnchored ? 0 : 1) > REPETITIONS_MAX)
    return [
      {
        path,
        message: `must have at most ${REPETITIONS_MAX} repetitions of varying length, and one less where it does not begin with ^ or has alternatives`,
      },
    ];
  // What says that a group is not kept, or a repetition is lazy, is no choice.
  if (countOf(bare.replace(/\(\?:/g, '(').replace(/([*+?}])\?/g, '$1'), /[?|]/g) > CHOICES_MAX)
    return [
      { path, message: `must have at most ${CHOICES_MAX} choices ("?" and "|"): a list of words is an enum` },
    ];
  return [];
}

function countOf(text: string, what: RegExp): number {
  return (text.match(what) ?? []).length;
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
