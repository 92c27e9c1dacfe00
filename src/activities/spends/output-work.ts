import { OUTPUT_BYTES_MAX } from '../../domain/actions/output';
import { storableJson } from '../../platform/storable-json';
import { recordOutput } from '../../store/spends';
import { actionOf } from './action-of';
import type { Delivery, ProviderWork } from './work';

const NOTHING: Delivery = { pieces: 0, units: 0, images: [], modelVersion: null, left: 0, failure: null };

/**
 * Whatever the provider answers as JSON. It is kept on the spend and not in the workflow, whose history outlives an erasure. What
 * is too large to keep was not delivered.
 */
export const OUTPUT_WORK: ProviderWork = {
  jobKind: 'predictions',

  async jobOf(deps, spend) {
    return { version: (await actionOf(deps.db, spend)).version ?? '', input: spend.input };
  },

  piecesOf: () => 1,

  async collect({ db }, spend, { status, output }) {
    if (status !== 'succeeded' || output === null) return NOTHING;
    if (output === 'too_large') {
      const detail = `The output is larger than ${OUTPUT_BYTES_MAX / 1024} KiB as JSON.`;
      return { ...NOTHING, failure: { code: 'output_too_large', detail } };
    }
    await recordOutput(db, spend.id, storableJson(output.json));
    return { ...NOTHING, pieces: 1, units: spend.quantity };
  },

  begun: () => [],
  ended: () => Promise.resolve([]),
  /** It stands in a column of its own. */
  resultOf: () => null,
};
