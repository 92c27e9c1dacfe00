import type { ActionDefinition } from './definition';
import { builtInInputOf } from './inputs';
import { wordsOfAction } from './words';

/** The most that is kept of a provider's output, as JSON in UTF-8. */
export const OUTPUT_BYTES_MAX = 64 * 1024;

/** Whatever JSON the job provider answers: it is kept on the spend, and for its customer alone. */
export const OUTPUT: ActionDefinition = {
  input: builtInInputOf('output'),
  work: 'The job provider runs a job, and its output is kept.',
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
