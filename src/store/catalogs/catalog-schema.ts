import { z } from 'zod';
import { catalogFormat } from './format';

/** The JSON Schema of a catalog for editors: catalog/schema.json, which a test compares with this. */
export function catalogJsonSchema(): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(catalogFormat, { io: 'input', target: 'draft-7' });
  return {
    ...schema,
    title: 'A catalog of Scrip',
    description: 'Plans, actions, packs and policies: one version of what is sold, done and bought.',
  };
}
