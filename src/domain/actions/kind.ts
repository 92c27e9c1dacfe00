import type { ActionWork } from '../catalog/catalog';

/** What is done and what comes of it, in one word: `provider/images`, `external`, `nothing/license`, … */
export type Kind = KindOf<ActionWork>;

type KindOf<Work> = Work extends { readonly runs: infer Runs extends string; readonly delivers: infer Delivers }
  ? `${Runs}${Suffix<Delivers>}`
  : never;
type Suffix<Delivers> = Delivers extends string ? `/${Delivers}` : '';

/** The kind of an action, or of a spend, which keeps the kind that its action had when it began. */
export function kindOf({ runs, delivers }: ActionWork): Kind {
  return (delivers === null ? runs : `${runs}/${delivers}`) as Kind;
}
