import { definitionOf } from '../actions/definitions';
import type { OfAKind } from '../actions/kind';
import { countOf } from '../actions/members';
import type { Action } from '../catalog/catalog';
import type { SpendRequest } from './spend';

/** What a workflow was started with. `runs` and `words` are missing where an earlier release started it. */
export interface StartedSpend {
  readonly request: SpendRequest;
  readonly runs?: Action['runs'];
  readonly words?: string;
}

/** Who does the work of a spend. */
export function runsOf({ runs, request }: StartedSpend): Action['runs'] {
  return runs ?? workOf(request).runs;
}

/** What a spend asked for, in words for a statement. */
export function wordsOfStarted({ words, request }: StartedSpend): string {
  if (words !== undefined) return words;
  const quantity = countOf(request.input, 'count') ?? 1;
  return definitionOf(workOf(request)).words({ ...request, quantity, unit: null });
}

/** There were three kinds, each with an input of its own shape. */
function workOf({ input }: SpendRequest): OfAKind {
  if ('modelId' in input) return { runs: 'provider', delivers: 'images' };
  return 'imageId' in input
    ? { runs: 'nothing', delivers: 'license' }
    : { runs: 'provider', delivers: 'model' };
}
