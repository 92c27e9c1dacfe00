import type { ExternalWork } from './work';

/** Work that the integrator does: what came of it is what they say, as JSON. */
export const EXTERNAL_WORK: ExternalWork = {
  resultOf: ({ output }) => (output === null ? null : { output }),
};
