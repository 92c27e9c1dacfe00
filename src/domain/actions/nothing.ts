import type { ActionDefinition } from './definition';
import { builtInInputOf } from './inputs';
import { PLAIN_WORK } from './plain-work';

/** Something that is only paid for: no work is done, and nothing is delivered. */
export const NOTHING: ActionDefinition = {
  ...PLAIN_WORK,
  input: builtInInputOf(null),
  work: 'Nothing is run: the credits are paid at once.',
  result: null,
};
