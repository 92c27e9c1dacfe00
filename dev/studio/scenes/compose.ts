import type { Shape } from '../paint/paint-shape';
import { createRandom } from '../paint/random';
import { garden, reverie, stillLife } from './interiors';
import { city, forest, harbor, hills } from './landscapes';
import type { Composer } from './parts';

type Scene = (composer: Composer) => readonly Shape[];

/** Which words of a prompt ask for which scene; the first that fits wins. */
const SCENES: readonly (readonly [RegExp, Scene])[] = [
  [
    /\b(sea|harbou?rs?|boats?|lighthouses?|sail\w*|ships?|coast\w*|ocean|lake|rivers?|water|beach|island|port|fish\w*|whales?)\b/,
    harbor,
  ],
  [/\b(cit(y|ies)|towns?|streets?|buildings?|skylines?|roof\w*|towers?|cafes?|cars?|market|shops?)\b/, city],
  [/\b(forests?|woods?|trees?|path|fox\w*|deer|owls?|bears?|wol(f|ves)|mushrooms?)\b/, forest],
  [
    /\b(gardens?|flowers?|plants?|leaf|leaves|botanic\w*|jungle|meadows?|ros(e|es)|bees?|butterfl\w+|birds?)\b/,
    garden,
  ],
  [
    /\b(still life|vases?|fruits?|tables?|bouquets?|apples?|bowls?|kitchens?|teapots?|cups?|cats?|lemons?|pears?)\b/,
    stillLife,
  ],
  [
    /\b(hills?|mountains?|valleys?|landscapes?|fields?|desert|dunes?|sunset|sunrise|sky|farms?|horses?|sheep)\b/,
    hills,
  ],
  [/\b(abstract|patterns?|dreams?|music|waves?|feelings?|geometr\w*)\b/, reverie],
];

const ANY_SCENE = [hills, harbor, city, forest, garden, stillLife, reverie] as const;

/** Composes what a prompt asks for; what it names nothing for, the prompt's own chance decides. */
export function compose(prompt: string, composer: Composer): readonly Shape[] {
  const text = prompt.toLowerCase();
  const asked = SCENES.find(([words]) => words.test(text))?.[1];
  const scene = asked ?? createRandom('scene', text).pick(ANY_SCENE);
  return scene(composer);
}
