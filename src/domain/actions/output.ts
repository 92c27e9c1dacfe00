import type { ActionDefinition } from './definition';
import { builtInInputOf } from './inputs';
import { PLAIN_WORK } from './plain-work';

/** The most that is kept of what came of some work, as JSON in UTF-8: whether a provider or the integrator did it. */
export const OUTPUT_BYTES_MAX = 64 * 1024;

/** Whatever JSON the job provider answers: it is kept on the spend, and for its customer alone. */
export const OUTPUT: ActionDefinition = {
  ...PLAIN_WORK,
  input: builtInInputOf('output'),
  work: 'The job provider runs a job, and its output is kept.',
  result: 'output',
};
