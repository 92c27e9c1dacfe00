import type { ActionDefinition } from './definition';
import { builtInInputOf } from './inputs';
import { PLAIN_WORK } from './plain-work';

/** Work that the integrator does: Scrip holds the credits until it is told what came of it. */
export const EXTERNAL: ActionDefinition = {
  ...PLAIN_WORK,
  input: builtInInputOf(null),
  work: 'The integrator does the work, and says how it ended.',
  result: 'output',
};
