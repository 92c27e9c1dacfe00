import { z } from 'zod';
import { ACTION_DEFINITIONS } from '../../../domain/actions/definitions';
import type { ActionInput } from '../../../domain/catalog/catalog';
import { DomainError } from '../../../domain/errors';
import { fingerprintOf } from '../../../platform/fingerprint';
import { storableJson } from '../../../platform/storable-json';
import { catalogIdSchema, idSchema } from '../../schemas';

/** The inputs of the kinds of work, as a document shows them; each once. */
const BUILT_IN_INPUTS = [
  ...new Set(Object.values(ACTION_DEFINITIONS).map(({ input }) => JSON.stringify(input.schema))),
].map((schema) => JSON.parse(schema) as object);

/** What `POST /v1/spends` and `POST /v1/quotes` take. What the input must be, the action says: it is checked when it is known. */
export const spendRequestSchema = z.strictObject({
  customerId: idSchema,
  action: catalogIdSchema,
  input: z.record(z.string(), z.unknown()).meta({
    description:
      "As the action asks for it in the customer's version of the catalog, which may describe an input of its own; otherwise that of its kind.",
    anyOf: [...BUILT_IN_INPUTS, { type: 'object', description: 'What the catalog describes.' }],
  }),
});

/** The refusal of an input, with each fault and where it is. */
export function invalidInput(faults: readonly string[]): DomainError {
  const errors = faults.slice(0, 20).map((fault) => {
    const [field = '', ...words] = fault.split(' ');
    return { field, message: words.join(' ') };
  });
  return new DomainError('invalid_request', `The body is not valid: ${faults[0] ?? 'input'}.`, { errors });
}

/** Refuses what the database cannot keep. Ids with it were not found, so that only other texts come here. */
export function assertStorable(input: ActionInput): void {
  if (fingerprintOf(storableJson(input)) === fingerprintOf(input)) return;
  throw invalidInput(['input must not contain the NUL character or broken Unicode']);
}
