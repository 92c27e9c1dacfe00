import { z } from 'zod';

/**
 * Puts the fields of a value's objects into the order of their schema. They come in different orders from a column of jsonb, a
 * workflow or a request. Fields that the schema does not name follow in their own order; nothing is added, left out or checked.
 */
export function inSchemaOrder(schema: z.ZodType, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodUnion) {
    const fitting = (inner.options as readonly z.ZodType[]).find((option) => option.safeParse(value).success);
    return fitting === undefined ? value : inSchemaOrder(fitting, value);
  }
  if (Array.isArray(value)) {
    const element = inner instanceof z.ZodArray ? (inner.element as z.ZodType) : undefined;
    return element === undefined ? value : value.map((item: unknown) => inSchemaOrder(element, item));
  }
  return inner instanceof z.ZodObject ? inShapeOrder(inner.shape, value) : value;
}

function inShapeOrder(
  shape: Readonly<Record<string, z.ZodType>>,
  value: object,
): Readonly<Record<string, unknown>> {
  const given = new Map<string, unknown>(Object.entries(value));
  const named = Object.entries(shape).filter(([name]) => given.has(name));
  const ordered = named.map(([name, schema]) => [name, inSchemaOrder(schema, given.get(name))]);
  const others = [...given].filter(([name]) => !(name in shape));
  return Object.fromEntries([...ordered, ...others]) as Readonly<Record<string, unknown>>;
}

/** The schema without its optional and nullable wrappers. */
function unwrapped(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodOptional) {
    return unwrapped(schema.unwrap() as z.ZodType);
  }
  return schema;
}
