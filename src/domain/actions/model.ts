import { refuse } from '../spends/refusals';
import type { ActionDefinition } from './definition';
import { builtInInputOf } from './inputs';
import { idsOf } from './members';

/** A style model, trained from pictures that the customer has uploaded. */
export const MODEL: ActionDefinition = {
  input: builtInInputOf('model'),
  work: 'The job provider trains a model.',
  result: 'modelId',
  named: (input) => ({ uploadIds: idsOf(input, 'uploadIds') }),
  exclusiveKey: () => null,
  isHeld: () => false,
  missing(input, { ownUploadIds = [] }) {
    const missing = idsOf(input, 'uploadIds').filter((id) => !ownUploadIds.includes(id));
    if (missing.length === 0) return null;
    return refuse('not_found', `No upload ${missing.join(', ')}.`, { uploadIds: missing });
  },
  forbidden: () => null,
  impossible: (_input, { trainable }) =>
    trainable === false
      ? refuse('provider_unable', 'The job provider of this installation trains no models.')
      : null,
  visibility: (input) => (input['visibility'] === 'public' ? 'public' : 'private'),
  words: () => 'Training of a model',
};
