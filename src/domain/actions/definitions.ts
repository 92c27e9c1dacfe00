import type { ActionDefinition } from './definition';
import { EXTERNAL } from './external';
import { IMAGES } from './images';
import { kindOf, type Kind, type OfAKind } from './kind';
import { LICENSE } from './license';
import { MODEL } from './model';
import { NOTHING } from './nothing';
import { OUTPUT } from './output';

/** Every kind of action there is. `activities/spends/works.ts` has the other half of each. */
export const ACTION_DEFINITIONS = {
  'provider/images': IMAGES,
  'provider/model': MODEL,
  'provider/output': OUTPUT,
  external: EXTERNAL,
  'nothing/license': LICENSE,
  nothing: NOTHING,
} satisfies Record<Kind, ActionDefinition>;

/** The definition of an action's kind, or of a spend's. */
export function definitionOf(thing: OfAKind): ActionDefinition {
  return ACTION_DEFINITIONS[kindOf(thing)];
}
