import type { ActionDefinition } from './definition';
import { builtInInputOf } from './inputs';
import { wordsOfAction } from './words';

/** Something that is only paid for: no work is done, and nothing is delivered. */
export const NOTHING: ActionDefinition = {
  input: builtInInputOf(null),
  work: 'Nothing is run: the credits are paid at once.',
  result: null,
  named: () => ({}),
  exclusiveKey: () => null,
  isHeld: () => false,
  missing: () => null,
  forbidden: () => null,
  impossible: () => null,
  visibility: () => 'private',
  words: wordsOfAction,
};
