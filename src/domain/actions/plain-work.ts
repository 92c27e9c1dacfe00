import type { ActionDefinition } from './definition';
import { wordsOfAction } from './words';

/**
 * What holds for work whose input names no thing of ours: there is nothing that could be missing, forbidden or had already, and
 * what comes of it is its customer's alone.
 */
export const PLAIN_WORK: Omit<ActionDefinition, 'input' | 'work' | 'result'> = {
  named: () => ({}),
  exclusiveKey: () => null,
  isHeld: () => false,
  missing: () => null,
  forbidden: () => null,
  impossible: () => null,
  visibility: () => 'private',
  words: wordsOfAction,
};
