import type { ActionDefinition } from './definition';
import { builtInInputOf } from './inputs';
import { wordsOfAction } from './words';

/** Work that the integrator does: Scrip holds the credits until it is told what came of it. */
export const EXTERNAL: ActionDefinition = {
  input: builtInInputOf(null),
  work: 'The integrator does the work, and says how it ended.',
  result: 'output',
  named: () => ({}),
  exclusiveKey: () => null,
  isHeld: () => false,
  missing: () => null,
  forbidden: () => null,
  impossible: () => null,
  visibility: () => 'private',
  words: wordsOfAction,
};
