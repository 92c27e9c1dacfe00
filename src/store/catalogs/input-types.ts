/*
 * What a formula may ask of an input: the types that its JSON Schema declares, in CEL. An `integer` is an int, a `number` a double;
 * what the schema does not say plainly (several types, anyOf, …) is dyn, whose type only the value says.
 */

export type InputType =
  | { readonly is: 'int' | 'double' | 'string' | 'bool' | 'dyn' }
  | { readonly is: 'list'; readonly of: InputType }
  | { readonly is: 'object'; readonly fields: ReadonlyMap<string, InputField> };

interface InputField {
  readonly type: InputType;
  /** The `default` of the schema, which a formula sees where the input says nothing. */
  readonly default: unknown;
}

type JsonSchema = Readonly<Record<string, unknown>>;

/** A name that a formula can write after a point and that no JavaScript object has by itself. */
const FIELD_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;

export function inputTypeOf(schema: unknown): InputType {
  if (!isSchema(schema)) return { is: 'dyn' };
  const type: unknown = schema['type'] ?? typeOfValues(schema);
  switch (type) {
    case 'integer':
      return { is: 'int' };
    case 'number':
      return { is: 'double' };
    case 'string':
      return { is: 'string' };
    case 'boolean':
      return { is: 'bool' };
    case 'array':
      return { is: 'list', of: inputTypeOf(schema['items']) };
    case 'object':
      return { is: 'object', fields: new Map(fieldsOf(schema['properties'])) };
    default:
      return { is: 'dyn' };
  }
}

/** The declaration of a type for the CEL library: a text, or fields by name. */
export function declarationOf(type: InputType): unknown {
  if (type.is !== 'object') return nameOf(type);
  return Object.fromEntries([...type.fields].map(([name, field]) => [name, declarationOf(field.type)]));
}

/** A value of an input as a formula sees it, with defaults filled in. Throws a RangeError that says what does not fit. */
export function celValueOf(type: InputType, value: unknown, path = 'input'): unknown {
  switch (type.is) {
    case 'int':
      if (!Number.isSafeInteger(value))
        throw new RangeError(`${path} is no whole number that can be counted`);
      return BigInt(value as number);
    case 'double':
      return expect(typeof value === 'number', value, `${path} is no number`);
    case 'string':
      return expect(typeof value === 'string', value, `${path} is no text`);
    case 'bool':
      return expect(typeof value === 'boolean', value, `${path} is neither true nor false`);
    case 'list':
      if (!Array.isArray(value)) throw new RangeError(`${path} is no list`);
      return value.map((item, at) => celValueOf(type.of, item, `${path}.${at}`));
    case 'object':
      return celFieldsOf(type.fields, value, path);
    case 'dyn':
      return value;
  }
}

function celFieldsOf(fields: ReadonlyMap<string, InputField>, value: unknown, path: string): unknown {
  if (!isSchema(value)) throw new RangeError(`${path} is no object`);
  const known: Record<string, unknown> = {};
  for (const [name, field] of fields) {
    const given = Object.hasOwn(value, name) ? value[name] : undefined;
    const member = given ?? (given === undefined ? field.default : given);
    if (member !== undefined) known[name] = celValueOf(field.type, member, `${path}.${name}`);
  }
  return known;
}

function fieldsOf(properties: unknown): [string, InputField][] {
  return Object.entries(isSchema(properties) ? properties : {})
    .filter(([name]) => FIELD_NAME.test(name) && !(name in Object.prototype))
    .map(([name, schema]) => [
      name,
      { type: inputTypeOf(schema), default: isSchema(schema) ? schema['default'] : undefined },
    ]);
}

/** An enum or a constant says its type by its values, when they all have one. */
function typeOfValues(schema: JsonSchema): string | undefined {
  const values = 'const' in schema ? [schema['const']] : schema['enum'];
  if (!Array.isArray(values)) return undefined;
  const types = new Set(values.map((value) => (Number.isSafeInteger(value) ? 'integer' : typeof value)));
  if (types.size === 2 && types.has('integer') && types.has('number')) return 'number';
  const [only] = types;
  return types.size === 1 && only !== 'object' ? only : undefined;
}

function nameOf(type: InputType): string {
  if (type.is === 'list') return `list<${nameOf(type.of)}>`;
  return type.is === 'object' ? 'map<string, dyn>' : type.is;
}

function expect(holds: boolean, value: unknown, fault: string): unknown {
  if (!holds) throw new RangeError(fault);
  return value;
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
