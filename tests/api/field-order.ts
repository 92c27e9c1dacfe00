type Schema = Readonly<Record<string, unknown>>;

/** Whether the fields of a value stand, at every depth, in the order in which its schema in the document names them. */
export function isInOrder(document: unknown, schema: Schema, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  const { $ref, anyOf, oneOf, items, properties } = schema;
  if (typeof $ref === 'string') return isInOrder(document, resolve(document, $ref), value);
  const options = (oneOf ?? anyOf) as readonly Schema[] | undefined;
  if (options !== undefined && properties === undefined) {
    return options.some(
      (option) => hasItsFields(document, option, value) && isInOrder(document, option, value),
    );
  }
  if (Array.isArray(value)) {
    return value.every((item) => isInOrder(document, (items ?? {}) as Schema, item));
  }
  const shape = (properties ?? {}) as Readonly<Record<string, Schema>>;
  const names = Object.keys(value).filter((name) => name in shape);
  const expected = Object.keys(shape).filter((name) => name in value);
  const fields = Object.entries(value).filter(([name]) => name in shape);
  return (
    names.join() === expected.join() &&
    fields.every(([name, field]) => isInOrder(document, shape[name] ?? {}, field))
  );
}

function hasItsFields(document: unknown, schema: Schema, value: object): boolean {
  const { $ref } = schema;
  if (typeof $ref === 'string') return hasItsFields(document, resolve(document, $ref), value);
  const options = (schema['oneOf'] ?? schema['anyOf']) as readonly Schema[] | undefined;
  if (options !== undefined) return options.some((option) => hasItsFields(document, option, value));
  if (Array.isArray(value)) return schema['type'] === 'array';
  const { required = [], properties = {} } = schema as {
    required?: readonly string[];
    properties?: Readonly<Record<string, { readonly const?: unknown }>>;
  };
  const given = value as Readonly<Record<string, unknown>>;
  const fitsConstants = Object.entries(properties).every(
    ([name, field]) => field.const === undefined || field.const === given[name],
  );
  return schema['type'] === 'object' && required.every((name) => name in value) && fitsConstants;
}

function resolve(document: unknown, reference: string): Schema {
  const [, ...path] = reference.split('/');
  return path.reduce((part, name) => part[name] as Schema, document as Schema);
}
