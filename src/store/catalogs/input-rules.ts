import addFormats from 'ajv-formats';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020';
import { builtInInputOf, type BuiltInInput } from '../../domain/actions/inputs';
import type { Action, InputRules } from '../../domain/catalog/catalog';
import { isReadableLine } from '../../domain/readable-line';
import type { Fault, Path } from './fault';
import { faultsOfBounds } from './input-bounds';
import { faultsOfInputSchema, FORMATS_OF_INPUT } from './input-schema';
import { sayInputFault } from './say-input-fault';

type JsonSchema = Readonly<Record<string, unknown>>;

const UNREADABLE_IN_LINES = /[^\P{Cc}\n\r\t]|\p{Surrogate}/u;

const ajv = createAjv();

/** The action whose input it is, as far as its kind and what makes it decide what the input needs. */
type Work = Pick<Action, 'delivers' | 'version'>;

/** What is wrong with the schema that a catalog gives for the input of an action; paths begin at the schema. */
export function faultsOfGivenSchema(schema: JsonSchema, work: Work): Fault[] {
  const faults = faultsOfInputSchema(schema);
  if (faults.length > 0) return faults;
  if (!ajv.validateSchema(schema)) {
    return (ajv.errors ?? []).map(({ instancePath, message = 'is not valid' }) => ({
      path: instancePath.split('/').slice(1).map(unescapePointer),
      message,
    }));
  }
  try {
    compile(schema);
  } catch (error) {
    return [
      { path: [], message: `is no JSON Schema: ${error instanceof Error ? error.message : String(error)}` },
    ];
  }
  return [...faultsOfDefaults(schema), ...faultsOfKind(schema, work)];
}

/** The rules for the input of an action: its own schema, if the catalog gives one, and what its kind needs. */
export function createInputRules(given: JsonSchema | null, work: Work): InputRules {
  const kind = builtInInputOf(work.delivers);
  const schema = given ?? kind.schema;
  const needsFields = given !== null && neededFieldsOf(given, kind, work).length > 0;
  const open = needsFields ? [{ ...kind.schema, additionalProperties: true }] : [];
  const ofSpend = once(() => [schema, ...open].map(compile));
  const ofQuote = once(() =>
    [
      { ...lenient(schema), required: given === null ? kind.requiredOfQuote : [] },
      ...open.map((part) => ({ ...lenient(part), required: kind.requiredOfQuote })),
    ].map(compile),
  );
  return {
    schema,
    faultsOf: (input) => faultsOf(ofSpend(), input),
    faultsOfQuote: (input) => faultsOf(ofQuote(), input),
  };
}

/** Compiling takes milliseconds: it is done at the first use, of a schema that was compiled before when it was checked. */
function once<Value>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => (made ??= make());
}

function faultsOf(checks: readonly ValidateFunction[], input: unknown): readonly string[] {
  const bounds = faultsOfBounds(input);
  if (bounds.length > 0) return bounds;
  const errors = checks.flatMap((check) => (check(input) ? [] : (check.errors ?? [])));
  return [...new Set(errors.flatMap((error: ErrorObject) => sayInputFault(error) ?? []))];
}

/** A list may be shorter while somebody only asks for the price. */
function lenient(schema: JsonSchema): JsonSchema {
  const properties = Object.entries((schema['properties'] ?? {}) as JsonSchema).map(([name, property]) => {
    if (typeof property !== 'object' || property === null) return [name, property];
    return [name, Object.fromEntries(Object.entries(property).filter(([keyword]) => keyword !== 'minItems'))];
  });
  return { ...schema, properties: Object.fromEntries(properties) as JsonSchema };
}

/** A default is what a formula sees where nothing is said, so it must be what could have been said. */
function faultsOfDefaults(schema: JsonSchema, path: Path = []): Fault[] {
  return Object.entries((schema['properties'] ?? {}) as JsonSchema).flatMap(([name, property]) => {
    if (typeof property !== 'object' || property === null) return [];
    const at = [...path, 'properties', name];
    const below = faultsOfDefaults(property as JsonSchema, at);
    if (!('default' in property) || compile(property)(property.default)) return below;
    return [...below, { path: [...at, 'default'], message: 'must be a value that the field may have' }];
  });
}

/** Work of a kind cannot be done without what the kind needs, whatever else the catalog asks for. */
function faultsOfKind(schema: JsonSchema, work: Work): Fault[] {
  const kind = builtInInputOf(work.delivers);
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>;
  const kindProperties = kind.schema['properties'] as Readonly<Record<string, JsonSchema>>;
  const required: readonly unknown[] = Array.isArray(schema['required']) ? schema['required'] : [];
  return neededFieldsOf(schema, kind, work).flatMap((name) => {
    const type = kindProperties[name]?.['type'];
    if (!Object.hasOwn(properties, name) || !required.includes(name))
      return [{ path: ['required'], message: `must name ${name}, which what this action delivers needs` }];
    return properties[name]?.['type'] === type
      ? []
      : [{ path: ['properties', name], message: `must be of type ${String(type)}` }];
  });
}

/** What a catalog's own input must have, because the work of the kind needs it. */
function neededFieldsOf(
  given: JsonSchema,
  { schema, onlyWith }: BuiltInInput,
  { version }: Work,
): readonly string[] {
  const named = (given['properties'] ?? {}) as JsonSchema;
  if (version !== null && onlyWith !== undefined && !Object.hasOwn(named, onlyWith)) return [];
  return (schema['required'] ?? []) as readonly string[];
}

function compile(schema: JsonSchema): ValidateFunction {
  // A copy, and forgotten at once: the library keeps every schema object that it has seen.
  const own = structuredClone(schema);
  try {
    return ajv.compile(own);
  } finally {
    ajv.removeSchema(own);
  }
}

function createAjv(): Ajv2020 {
  const made = new Ajv2020({
    strict: true,
    strictTypes: false,
    strictRequired: false,
    strictTuples: false,
    allowUnionTypes: true,
    allErrors: true,
    logger: false,
  });
  addFormats(
    made,
    FORMATS_OF_INPUT.filter((format) => format !== 'line' && format !== 'lines'),
  );
  made.addFormat('line', (text) => isReadableLine(text) && text.trim() !== '');
  made.addFormat('lines', (text) => !UNREADABLE_IN_LINES.test(text) && text.trim() !== '');
  return made;
}

function unescapePointer(segment: string): string {
  return segment.replace(/~1/g, '/').replace(/~0/g, '~');
}
